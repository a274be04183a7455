import { readdirSync } from 'node:fs';
import path from 'node:path';
import { LRUCache } from 'lru-cache';
import type { InvalidObjectError } from '../../errors';
import type { DecodedObject } from '../../object/object-codec';
import { hashObject } from '../../object/oid';
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

interface Listing {
  readonly folders: readonly string[];
  readonly packs: ReadonlySet<string>;
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
  private readonly open = new LRUCache<string, PackFile>({
    max: OPEN_INDEXES,
    dispose: (pack) => {
      if (pack === this.last) this.last = undefined;
      pack.close();
    },
  });
  /** The `objects` folders of the repository and its alternates, and the paths of all packs. */
  private listing: Listing | undefined;
  /** Those that could not be opened, for whatever reason. */
  private readonly unreadable = new Set<string>();
  private closed = false;
  /** The pack that had what was asked for last is asked first. */
  private last: PackFile | undefined;

  /** @param objectsFolder The `objects` folder of the repository. */
  constructor(private readonly objectsFolder: string) {}

  /**
   * Reads an object, and checks it.
   *
   * @returns undefined when no pack has it that is known and can be read.
   * @throws InvalidObjectError when it is damaged in every pack that has it.
   */
  read(oid: string): DecodedObject | TooLarge | undefined {
    return this.ask(oid, (pack, offset) => {
      const object = pack.read(offset);
      if (object !== TOO_LARGE && hashObject(object.type, object.content) !== oid) {
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
  summarize(oid: string): ObjectSummary | undefined {
    return this.ask(oid, (pack, offset) => pack.summarize(offset));
  }

  /** The `objects` folders of the repository and its alternates, as of the last look. */
  get folders(): readonly string[] {
    return this.list().folders;
  }

  /**
   * Looks anew which packs there are, and closes those that are gone.
   *
   * @returns whether there are others than before.
   */
  refresh(): boolean {
    const before = this.listing?.packs;
    const folders = this.closed ? [] : objectFolders(this.objectsFolder);
    const packs = new Set(folders.flatMap(listPacks));
    this.listing = { folders, packs };
    this.unreadable.clear();
    for (const file of [...this.open.keys()]) if (!packs.has(file)) this.open.delete(file);
    return packs.size !== before?.size || [...packs].some((file) => !before.has(file));
  }

  /** Closes all files. Nothing is found from then on. */
  close(): void {
    this.closed = true;
    this.refresh();
    this.caches.clear();
  }

  /** Asks every pack that has an object, until one of them has an answer. */
  private ask<T>(oid: string, question: (pack: PackFile, offset: number) => T): T | undefined {
    const { last } = this;
    let damage: InvalidObjectError | undefined;
    const askPack = (pack: PackFile): T | undefined => {
      try {
        const offset = pack.find(oid);
        if (offset === undefined) return undefined;
        const answer = question(pack, offset);
        this.last = pack;
        return answer;
      } catch (error) {
        // Another pack may have it sound.
        damage = damagedObject(oid, pack.path, error);
        return undefined;
      }
    };
    const answer = last && askPack(last);
    if (answer !== undefined) return answer;
    for (const file of this.list().packs) {
      const pack = file === last?.path ? undefined : this.opened(file);
      const other = pack && askPack(pack);
      if (other !== undefined) return other;
    }
    if (damage) throw damage;
    return undefined;
  }

  private list(): Listing {
    if (!this.listing) this.refresh();
    return this.listing as Listing;
  }

  private opened(file: string): PackFile | undefined {
    const open = this.open.get(file);
    if (open || this.unreadable.has(file)) return open;
    try {
      const pack = PackFile.open(file, this.caches);
      this.open.set(file, pack);
      return pack;
    } catch {
      this.unreadable.add(file);
      return undefined;
    }
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
