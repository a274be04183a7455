import { readdirSync } from 'node:fs';
import path from 'node:path';
import type { InvalidObjectError } from '../../errors';
import type { DecodedObject } from '../../object/object-codec';
import { byteHashObject, fromByteOid } from '../../object/oid';
import type { ByteOid } from '../../object/oid';
import { objectFolders } from '../alternates';
import { damagedObject } from '../object-errors';
import { TOO_LARGE } from '../on-the-spot';
import type { TooLarge } from '../on-the-spot';
import { PackCaches } from './pack-caches';
import { PackFile } from './pack-file';
import type { ObjectSummary } from './pack-file';

/**
 * Of how many packs the indexes may be open at a time. Those of small packs, as single commits make them, are in memory;
 * so many large ones there are hardly anywhere.
 */
const OPEN_INDEXES = 512;

/** A pack that there is. */
interface ListedPack {
  /** The path of the pack. */
  readonly file: string;
  /** Null when it could not be opened, for whatever reason; undefined while nobody has tried. */
  opened: PackFile | null | undefined;
}

interface Listing {
  readonly folders: readonly string[];
  /** Those in which something was found of late come first. */
  readonly packs: ListedPack[];
}

/**
 * The packs of a repository and of its alternates, for reading on the spot.
 *
 * Which packs there are is remembered, and looked up again by {@link refresh} only. So what git has deleted since may
 * still be read here: **nothing that decides whether to write an object may ask this**; that is what `findInPacks`
 * is for, which remembers nothing. Packs that cannot be read here, as those with an index of version 1, are passed
 * over. That a multi-pack index lies beside the packs makes no difference: they keep their own.
 */
export class PackSet {
  private readonly caches = new PackCaches();
  /** The `objects` folders of the repository and its alternates, and all packs. */
  private listing: Listing | undefined;
  /** How often other packs were found than before. */
  private changes = 0;
  private openCount = 0;
  private closed = false;

  /** @param objectsFolder The `objects` folder of the repository. */
  constructor(private readonly objectsFolder: string) {}

  /**
   * Reads an object, and checks it.
   *
   * @returns undefined when no pack has it that is known and can be read.
   * @throws InvalidObjectError when it is damaged in every pack that has it.
   */
  read(oid: ByteOid): DecodedObject | TooLarge | undefined {
    return this.ask(oid, (pack, offset) => {
      const object = pack.read(offset);
      if (object !== TOO_LARGE && byteHashObject(object.type, object.content) !== oid) {
        throw new Error('its content has another oid');
      }
      return object;
    });
  }

  /**
   * What an object is, without its content, which is not checked.
   *
   * @returns undefined when no pack has it that is known and can be read.
   * @throws InvalidObjectError when it is damaged in every pack that has it.
   */
  summarize(oid: ByteOid): ObjectSummary | undefined {
    return this.ask(oid, (pack, offset) => pack.summarize(offset));
  }

  /** The `objects` folders of the repository and its alternates, as of the last look. */
  get folders(): readonly string[] {
    return this.list().folders;
  }

  /** Tells one state of the packs, as they are known, from another one. */
  get state(): number {
    return this.changes;
  }

  /**
   * Looks anew which packs there are, and closes those that are gone.
   *
   * @param state Of the packs in which something was looked for.
   * @returns whether there are others than there were then.
   */
  refresh(state = this.changes): boolean {
    const known = new Map(this.listing?.packs.map((pack) => [pack.file, pack]));
    const folders = this.closed ? [] : objectFolders(this.objectsFolder);
    const present = new Set(folders.flatMap(listPacks));
    const packs = [...known.values()].filter(({ file }) => present.has(file));
    for (const pack of known.values()) {
      // What could not be opened may be complete by now.
      if (pack.opened === null || !present.has(pack.file)) this.shut(pack);
    }
    const added = [...present].filter((file) => !known.has(file));
    packs.push(...added.map((file) => ({ file, opened: undefined })));
    this.listing = { folders, packs };
    if (added.length > 0 || packs.length < known.size) this.changes++;
    return this.changes !== state;
  }

  /** Closes all files. Nothing is found from then on. */
  close(): void {
    this.closed = true;
    this.refresh();
    this.caches.clear();
  }

  /** Asks every pack that has an object, until one of them has an answer. */
  private ask<T>(oid: ByteOid, question: (pack: PackFile, offset: number) => T): T | undefined {
    const { packs } = this.list();
    let damage: InvalidObjectError | undefined;
    for (let place = 0; place < packs.length; place++) {
      const listed = packs[place] as ListedPack;
      const pack = listed.opened === undefined ? this.open(listed) : listed.opened;
      if (pack === null) continue;
      try {
        const offset = pack.find(oid);
        if (offset === undefined) continue;
        const answer = question(pack, offset);
        if (place > 0) {
          packs.splice(place, 1);
          packs.unshift(listed);
        }
        return answer;
      } catch (error) {
        // Another pack may have it sound.
        damage = damagedObject(fromByteOid(oid), pack.path, error);
      }
    }
    if (damage) throw damage;
    return undefined;
  }

  private list(): Listing {
    if (!this.listing) this.refresh();
    return this.listing as Listing;
  }

  private open(listed: ListedPack): PackFile | null {
    if (this.openCount >= OPEN_INDEXES) {
      const stale = this.list().packs.findLast(({ opened }) => opened);
      if (stale) this.shut(stale);
    }
    try {
      listed.opened = PackFile.open(listed.file, this.caches);
      this.openCount++;
    } catch {
      listed.opened = null;
    }
    return listed.opened;
  }

  private shut(listed: ListedPack): void {
    if (listed.opened) {
      listed.opened.close();
      this.openCount--;
    }
    listed.opened = undefined;
  }
}

function listPacks(objectsFolder: string): string[] {
  const folder = path.join(objectsFolder, 'pack');
  try {
    const names = readdirSync(folder).filter((name) => name.endsWith('.idx'));
    return names.map((name) => path.join(folder, name.replace(/\.idx$/, '.pack')));
  } catch {
    return [];
  }
}
