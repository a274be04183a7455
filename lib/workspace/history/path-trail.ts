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
  /** In the root: the last folder, where it is known without those between. */
  end: Step | undefined;
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

  /**
   * The way to the place from the root of a tree.
   *
   * @param like In another tree that is known to have the same at the place.
   */
  begin(tree: string, like?: Trail): Trail {
    const root = step(tree);
    if (like) root.end = this.knownEnd(like);
    return root;
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
  isSame(one: Trail, other: Trail): Awaitable<boolean> {
    if (one.oid === other.oid) return true;
    // What is known already is not walked to, although the two may meet on the way: most often they do not.
    if (!one.end && !other.end) return this.meet(one, other, 0);
    return andThen(this.lastOf(one), (end) =>
      andThen(this.lastOf(other), (otherEnd) => this.haveSame(end, otherEnd)),
    );
  }

  /** Whether the ways from two folders come to the same one, or to the same at their ends. */
  private meet(one: Step, other: Step, from: number): Awaitable<boolean> {
    let [a, b] = [one, other];
    for (let level = from; a.oid !== b.oid && level < this.names.length; level++) {
      const [nextOfA, nextOfB] = [this.enter(a, level), this.enter(b, level)];
      if (nextOfA instanceof Promise || nextOfB instanceof Promise) {
        return this.meetLater(nextOfA, nextOfB, level + 1);
      }
      // What is found out about the one is found out about both.
      if (nextOfA.oid === nextOfB.oid) b.next = nextOfA;
      [a, b] = [nextOfA, nextOfB];
    }
    return this.haveSame(a, b);
  }

  private async meetLater(one: Awaitable<Step>, other: Awaitable<Step>, level: number): Promise<boolean> {
    return this.meet(await one, await other, level);
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

  /** The folder that the way leads to. */
  private lastOf(trail: Trail): Awaitable<Step> {
    return trail.end ?? this.follow(trail, 0);
  }

  private follow(from: Step, level: number): Awaitable<Step> {
    if (level === this.names.length) return from;
    return andThen(this.enter(from, level), (next) => this.follow(next, level + 1));
  }

  /** The folder that the way leads to, if it was found. */
  private knownEnd(trail: Trail): Step | undefined {
    let last: Step | undefined = trail;
    for (let level = 0; last && level < this.names.length; level++) last = last.next;
    return last ?? trail.end;
  }

  private haveSame(one: Step, other: Step): Awaitable<boolean> {
    return one.oid === other.oid || (this.files !== undefined && this.haveSameFiles(one, other));
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
  return { oid, next: undefined, end: undefined, files: undefined };
}
