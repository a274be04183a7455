import type { ObjectStore } from '../../git/object-store';
import { andThen } from '../../object/awaitable';
import type { Awaitable } from '../../object/awaitable';
import { PathKey } from '../../object/changed-paths';
import type { ChangedPaths } from '../../object/changed-paths';
import { isTreeMode } from '../../object/file-mode';

/** What is looked at in trees: a folder, or files in it. */
export interface TrailPlace {
  /** The path of the folder; `''` for the root. */
  readonly folder: string;
  /** The names of the files in it that count; undefined for all that is in it. */
  readonly files?: readonly string[] | undefined;
}

/** A folder on the way to what is looked at in one tree. The next one is found when it is asked for. */
interface Step {
  /** Null when there is no such folder. */
  readonly oid: string | null;
  next: Step | undefined;
  /** In the last folder: the modes and oids of the files that count. */
  files: string | undefined;
}

/** The way to a place in one tree, as far as it is known. */
export type Trail = Step;

/**
 * Compares trees at one place, level by level from the root: what has an equal folder on the way to it is equal. What was
 * found out about one tree is found out for all that have the same folder, so that every folder on the way is read once.
 */
export class TrailComparer {
  private readonly names: readonly string[];
  private readonly files: readonly string[] | undefined;
  private readonly folderKey: PathKey | undefined;
  private readonly fileKeys: readonly PathKey[] | undefined;

  constructor(
    private readonly objects: ObjectStore,
    { folder, files }: TrailPlace,
  ) {
    this.names = folder === '' ? [] : folder.split('/');
    this.files = files;
    this.folderKey = folder === '' ? undefined : new PathKey(folder);
    this.fileKeys = files?.map((name) => new PathKey(folder === '' ? name : `${folder}/${name}`));
  }

  /** The way to the place from the root of a tree. */
  begin(tree: string): Trail {
    return step(tree);
  }

  /** Whether a commit may have another thing at the place than its first parent. */
  mayHaveChanged(changed: ChangedPaths): boolean {
    const { folderKey, fileKeys } = this;
    return (
      (!folderKey || changed.mayHave(folderKey)) &&
      (!fileKeys || fileKeys.some((key) => changed.mayHave(key)))
    );
  }

  /** Whether two trees have the same at the place; without a promise when there is nothing to wait for. */
  isSame(one: Trail, other: Trail, from = 0): Awaitable<boolean> {
    let [a, b] = [one, other];
    for (let level = from; ; level++) {
      if (a.oid === b.oid) return true;
      if (level === this.names.length) break;
      const [nextOfA, nextOfB] = [this.enter(a, level), this.enter(b, level)];
      if (nextOfA instanceof Promise || nextOfB instanceof Promise) return this.goOn(nextOfA, nextOfB, level);
      // What is found out about the one is found out about both.
      if (nextOfA.oid === nextOfB.oid) b.next = nextOfA;
      [a, b] = [nextOfA, nextOfB];
    }
    return this.files !== undefined && this.haveSameFiles(a, b);
  }

  /** Whether there is anything at the place. */
  async isThere(trail: Trail): Promise<boolean> {
    const last = await this.lastOf(trail);
    return this.files ? /\d/.test(await this.filesIn(last)) : last.oid !== null;
  }

  /** Whether the first of the files that count is there. */
  async hasFirstFile(trail: Trail): Promise<boolean> {
    return /^\d/.test(await this.filesIn(await this.lastOf(trail)));
  }

  private async lastOf(trail: Trail): Promise<Step> {
    let last = trail;
    for (let level = 0; level < this.names.length; level++) last = await this.enter(last, level);
    return last;
  }

  private async goOn(one: Awaitable<Step>, other: Awaitable<Step>, level: number): Promise<boolean> {
    return this.isSame(await one, await other, level + 1);
  }

  private async haveSameFiles(one: Step, other: Step): Promise<boolean> {
    return (await this.filesIn(one)) === (await this.filesIn(other));
  }

  /** The next folder on the way. */
  private enter(from: Step, level: number): Awaitable<Step> {
    const { oid, next } = from;
    if (next) return next;
    if (oid === null) return (from.next = step(null));
    return andThen(this.objects.findInTree(oid, this.names[level] as string), (entry) => {
      return (from.next = step(entry && isTreeMode(entry.mode) ? entry.oid : null));
    });
  }

  private async filesIn(last: Step): Promise<string> {
    const { oid } = last;
    if (last.files === undefined) {
      const found: string[] = [];
      for (const name of this.files ?? []) {
        const entry = oid === null ? undefined : await this.objects.findInTree(oid, name);
        found.push(entry ? `${entry.mode} ${entry.oid}` : '');
      }
      last.files = found.join(',');
    }
    return last.files;
  }
}

function step(oid: string | null): Step {
  return { oid, next: undefined, files: undefined };
}
