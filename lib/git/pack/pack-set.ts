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
import { OpenPacks } from './open-packs';
import type { ListedPack } from './open-packs';
import { PackCaches } from './pack-caches';
import type { ObjectSummary, PackFile } from './pack-file';
import { SmallPacks } from './small-packs';

interface Listing {
  readonly folders: readonly string[];
  /** By their paths. */
  readonly packs: ReadonlyMap<string, ListedPack>;
  /** The large ones, and those that nobody has looked into. The one in which something was found last comes first. */
  readonly others: ListedPack[];
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
  private readonly open = new OpenPacks(this.caches);
  private readonly small = new SmallPacks<ListedPack>();
  /** The `objects` folders of the repository and its alternates, and all packs. */
  private listing: Listing | undefined;
  /** How often other packs were found than before. */
  private changes = 0;
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
    const known = this.listing?.packs ?? new Map<string, ListedPack>();
    const folders = this.closed ? [] : objectFolders(this.objectsFolder);
    const packs = new Map<string, ListedPack>();
    for (const file of folders.flatMap(listPacks))
      packs.set(file, known.get(file) ?? { file, opened: undefined });
    for (const pack of known.values()) {
      const isGone = !packs.has(pack.file);
      // What could not be opened may be complete by now.
      if (isGone || pack.opened === null) this.open.shut(pack);
      if (isGone) this.small.remove(pack);
    }
    if (this.small.isStale) this.small.clear();
    const asked = (this.listing?.others ?? []).filter(({ file }) => packs.has(file));
    const others = new Set([...asked, ...packs.values()]);
    this.listing = { folders, packs, others: [...others].filter((pack) => !this.small.has(pack)) };
    const added = [...packs.keys()].some((file) => !known.has(file));
    if (added || packs.size < known.size) this.changes++;
    return this.changes !== state;
  }

  /** Closes all files. Nothing is found from then on. */
  close(): void {
    this.closed = true;
    this.refresh();
    this.caches.clear();
  }

  /** Asks every pack that has an object, until one of them has an answer. */
  private ask<T>(oid: ByteOid, answer: (pack: PackFile, offset: number) => T): T | undefined {
    const { others } = this.list();
    const question = new Question(oid, answer);
    const found = this.small.ask(oid, (listed) => question.ask(this.open.open(listed)));
    const result = found ?? this.askOthers(others, question);
    if (question.damage) this.giveUp(question.damaged);
    if (result === undefined && question.damage) throw question.damage;
    return result;
  }

  private askOthers<T>(others: ListedPack[], question: Question<T>): T | undefined {
    for (let place = 0; place < others.length; place++) {
      const listed = others[place] as ListedPack;
      const pack = this.open.open(listed);
      const found = question.ask(pack);
      if (pack?.indexInMemory !== undefined) {
        others.splice(place--, 1);
        this.small.add(listed, pack.prefixes());
      } else if (found !== undefined && place > 0) {
        others.splice(place, 1);
        others.unshift(listed);
      }
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** Takes packs for new ones the next time: others may have been put in their places since they were opened. */
  private giveUp(damaged: readonly PackFile[]): void {
    const { packs, others } = this.list();
    for (const { path: file } of damaged) {
      const listed = packs.get(file) as ListedPack;
      this.open.shut(listed);
      if (!this.small.has(listed)) continue;
      this.small.remove(listed);
      others.push(listed);
    }
  }

  private list(): Listing {
    if (!this.listing) this.refresh();
    return this.listing as Listing;
  }
}

/** What is asked of one pack after another. */
class Question<T> {
  /** Why the last pack that has the object had no answer: another one may have it sound. */
  damage: InvalidObjectError | undefined;
  /** All packs of which that is so. */
  readonly damaged: PackFile[] = [];

  constructor(
    private readonly oid: ByteOid,
    private readonly answer: (pack: PackFile, offset: number) => T,
  ) {}

  ask(pack: PackFile | null): T | undefined {
    if (!pack) return undefined;
    try {
      const offset = pack.find(this.oid);
      return offset === undefined ? undefined : this.answer(pack, offset);
    } catch (error) {
      this.damage = damagedObject(fromByteOid(this.oid), pack.path, error);
      this.damaged.push(pack);
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
