import type { ObjectStore } from '../../git/object-store';
import { isTreeMode } from '../../object/file-mode';
import { fromByteOid } from '../../object/oid';
import { findInTree } from '../../object/tree-codec';

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
  private readonly names: readonly Buffer[];
  private readonly files: readonly Buffer[] | undefined;

  constructor(
    private readonly objects: ObjectStore,
    { folder, files }: TrailPlace,
  ) {
    this.names = folder === '' ? [] : folder.split('/').map((name) => Buffer.from(name));
    this.files = files?.map((name) => Buffer.from(name));
  }

  /** The way to the place from the root of a tree. */
  begin(tree: string): Trail {
    return step(tree);
  }

  /** Whether two trees have the same at the place. */
  async isSame(one: Trail, other: Trail): Promise<boolean> {
    let [a, b] = [one, other];
    for (let level = 0; ; level++) {
      if (a.oid === b.oid) return true;
      if (level === this.names.length) break;
      const before = b;
      const name = this.names[level] as Buffer;
      [a, b] = [(a.next ??= await this.enter(a, name)), (b.next ??= await this.enter(b, name))];
      if (a.oid === b.oid) before.next = a;
    }
    return this.files !== undefined && (await this.filesIn(a)) === (await this.filesIn(b));
  }

  /** Whether there is anything at the place. */
  async isThere(trail: Trail): Promise<boolean> {
    let last = trail;
    for (const name of this.names) last = last.next ??= await this.enter(last, name);
    return this.files ? /\d/.test(await this.filesIn(last)) : last.oid !== null;
  }

  private async enter({ oid }: Step, name: Buffer): Promise<Step> {
    const content = oid === null ? undefined : await this.read(oid);
    const entry = content && findInTree(content, name);
    return step(entry && isTreeMode(entry.mode) ? fromByteOid(entry.oid) : null);
  }

  private async filesIn(last: Step): Promise<string> {
    if (last.files === undefined) {
      const content = last.oid === null ? undefined : await this.read(last.oid);
      const found = (this.files ?? []).map((name) => content && findInTree(content, name));
      last.files = found.map((entry) => (entry ? `${entry.mode} ${fromByteOid(entry.oid)}` : '')).join(',');
    }
    return last.files;
  }

  private async read(oid: string): Promise<Buffer | undefined> {
    const { type, content } = await this.objects.readObject(oid);
    return type === 'tree' ? content : undefined;
  }
}

function step(oid: string | null): Step {
  return { oid, next: undefined, files: undefined };
}
