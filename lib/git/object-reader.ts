import { Oid } from 'nodegit';
import type { Odb, OdbObject } from 'nodegit';
import { InvalidObjectError, ObjectNotFoundError } from '../errors';
import type { DecodedObject } from '../object/object-codec';
import { fromByteOid, toByteOid } from '../object/oid';
import type { ByteOid, ObjectType } from '../object/oid';
import { readLooseObject, readLooseObjectNow, readLooseType } from './loose/loose-object-reader';
import { damagedObject } from './object-errors';
import { TOO_LARGE } from './on-the-spot';
import type { TooLarge } from './on-the-spot';
import { EndlessDeltasError } from './pack/pack-file';
import { findInPacks } from './pack/pack-index-reader';
import { PackSet } from './pack/pack-set';
import { callGit } from './translate-error';

const UNREADABLE = new Error('its entry in a pack cannot be inflated, or has another hash');

/** How often packs may come and go while an object is looked for. */
const SEARCHES = 5;

/** `git_object_t` in libgit2's include/git2/types.h. */
const TYPES: Readonly<Record<number, ObjectType>> = { 1: 'commit', 2: 'tree', 3: 'blob', 4: 'tag' };

/**
 * Reads objects from wherever they are, in the repository or an alternate of it: from files of their own, from packs,
 * and, what we cannot read ourselves, through libgit2. What is given has the oid that it was asked for by.
 */
export class ObjectReader {
  private readonly packs: PackSet;
  /** Where the last object was, the next is looked for first: in packs, or in a file of its own. */
  private packsFirst = true;

  /** @param objectsFolder The `objects` folder of the repository. */
  constructor(
    private readonly odb: Odb,
    objectsFolder: string,
  ) {
    this.packs = new PackSet(objectsFolder);
  }

  /**
   * Reads an object on the spot.
   *
   * @returns undefined when that cannot be done: it is large, or damaged somewhere, or not where it was looked for.
   *   {@link read} tells.
   */
  readNow(oid: ByteOid): DecodedObject | undefined {
    try {
      const { packsFirst } = this;
      let object = packsFirst ? this.packs.read(oid) : this.readFile(fromByteOid(oid));
      if (!object) {
        object = packsFirst ? this.readFile(fromByteOid(oid)) : this.packs.read(oid);
        if (object) this.packsFirst = !packsFirst;
      }
      return object === TOO_LARGE ? undefined : object;
    } catch (error) {
      if (error instanceof InvalidObjectError) return undefined;
      throw error;
    }
  }

  /**
   * Reads an object.
   *
   * @throws ObjectNotFoundError, or InvalidObjectError when it is damaged wherever it is.
   */
  async read(oid: string): Promise<DecodedObject> {
    let damage: Error | undefined;
    let isEndless = false;
    let isLarge = false;
    for (let search = 1; search <= SEARCHES; search++) {
      // Somebody else may look anew while this waits.
      const { state } = this.packs;
      let packed: DecodedObject | TooLarge | undefined;
      try {
        packed = this.packs.read(toByteOid(oid));
        if (packed && packed !== TOO_LARGE) return packed;
      } catch (error) {
        damage = error as Error;
        isEndless ||= damage.cause instanceof EndlessDeltasError;
      }
      for (const folder of this.packs.folders) {
        try {
          const loose = await readLooseObject(folder, oid);
          if (loose) return loose;
        } catch (error) {
          damage = error as Error;
          // As one that breaks off.
          isEndless = true;
        }
      }
      isLarge = packed === TOO_LARGE;
      if (isLarge || !this.packs.refresh(state)) break;
    }
    // libgit2 would never come back from that.
    const object = isEndless ? undefined : await this.readThroughBinding(oid, damage);
    if (object) return object;
    // What a pack has and libgit2 does not find is there, but not as it should be.
    throw damage ?? (isLarge ? this.damageOf(oid, UNREADABLE) : undefined) ?? notFound(oid);
  }

  /**
   * What kind of object an oid is, now: no pack counts that is gone. The content is not looked at.
   *
   * @throws ObjectNotFoundError, or InvalidObjectError when it is damaged.
   */
  async readType(oid: string): Promise<ObjectType> {
    this.packs.refresh();
    try {
      const packed = this.packs.summarize(toByteOid(oid));
      if (packed) return packed.type;
      for (const folder of this.packs.folders) {
        const loose = readLooseType(folder, oid);
        if (loose && loose !== TOO_LARGE) return loose;
      }
    } catch (error) {
      if (!(error instanceof InvalidObjectError)) throw error;
    }
    return (await this.read(oid)).type;
  }

  /** Closes all files. */
  close(): void {
    this.packs.close();
  }

  /** The error for an object that a pack has and libgit2 cannot read, which has no code for damage. */
  private damageOf(oid: string, cause: unknown): InvalidObjectError | undefined {
    for (const folder of this.packs.folders) {
      const [location] = findInPacks(folder, oid).locations;
      if (location) return damagedObject(oid, location.pack, cause);
    }
    return undefined;
  }

  private readFile(oid: string): DecodedObject | TooLarge | undefined {
    for (const folder of this.packs.folders) {
      const object = readLooseObjectNow(folder, oid);
      if (object) return object;
    }
    return undefined;
  }

  /** Reads what is left to libgit2: large objects in packs, packs with an index of version 1, and oddities. */
  private async readThroughBinding(
    oid: string,
    damage: Error | undefined,
  ): Promise<DecodedObject | undefined> {
    // The binding answers null for an object that is not there, which its types do not say.
    const object = await callGit(
      `read the object ${oid}`,
      () => this.odb.read(Oid.fromString(oid)) as Promise<OdbObject | null>,
    ).catch((error: unknown) => {
      throw damage ?? this.damageOf(oid, error) ?? error;
    });
    return object ? { type: TYPES[object.type()] as ObjectType, content: contentOf(object) } : undefined;
  }
}

function notFound(oid: string): ObjectNotFoundError {
  return new ObjectNotFoundError(
    `The repository has no object ${oid}. If something refers to it, "git fsck" tells what.`,
    { details: { oid } },
  );
}

/**
 * A copy of an object's content. The binding makes it with `Buffer()`, for which Node would print a warning
 * about a deprecated constructor, once in a process, although nobody here can do anything about it.
 */
function contentOf(object: OdbObject): Buffer {
  const noDeprecation = process.noDeprecation ?? false;
  process.noDeprecation = true;
  try {
    return (object.data() as unknown as { toBuffer(size: number): Buffer }).toBuffer(object.size());
  } finally {
    process.noDeprecation = noDeprecation;
  }
}
