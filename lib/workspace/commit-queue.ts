import type { Commit } from '../git/commits';
import type { Protection } from '../git/protections';
import { compareAndSwap } from '../git/references';
import type { Gatherer, UnwrittenObject } from '../object/node-entry';
import { logMessageOf } from './commit-stage';
import { lockWait } from './context';
import type { WorkspaceContext } from './context';
import type { Backlog, Deferred } from './operation-gate';
import type { Base } from './stage';

/** A commit that is decided on: what it takes to put it into the repository, or to take it back. */
export interface PendingCommit {
  /** The base that it makes. */
  readonly base: Base & { readonly commit: Commit; readonly ref: string };
  /** The commit as an object. */
  readonly object: UnwrittenObject;
  /** What keeps git from clearing away what was written of it before. */
  readonly protection: Protection;
  /** Makes the workspace as it was before. Called with the newest commit first, while no operation has its turn. */
  readonly takeBack: () => void;
}

interface Entry extends PendingCommit {
  /** What the object database may lack of it, and the entries before do not bring. */
  readonly objects: readonly UnwrittenObject[];
  readonly resolve: (oid: string) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * The commits of a workspace that are on their way into the repository. Those that are asked for at the same time
 * go together, of many of them half at a time: their objects are written at once, and the branch moves once, to the last
 * of them.
 *
 * Each descends from the one before it. So when one does not get there, those after it do not either: all of them are
 * taken back, and fail for the same reason.
 */
export class CommitQueue implements Backlog {
  private entries: Entry[] = [];
  private flushing: Promise<void> | undefined;
  private failure: { readonly error: unknown } | undefined;
  /** How much the objects of all entries hold. */
  private bytes = 0;
  /** Has all objects that are in an entry already. */
  private gatherer: Gatherer = { gathers: 'objects' };

  constructor(private readonly context: Omit<WorkspaceContext, 'commits'>) {}

  /** Whether nothing is on its way. */
  get isIdle(): boolean {
    return this.entries.length === 0 && !this.flushing && !this.failure;
  }

  /** Waits while what is on its way takes much memory. */
  async whenRoom(): Promise<void> {
    while (this.flushing && this.bytes > MOST_BYTES) await this.flushing;
  }

  /** Puts a commit into the repository; it settles with the commit's oid, or once the commit is taken back. */
  add(commit: PendingCommit): Deferred<string> {
    const objects = [...commit.base.tree.unwritten(this.gatherer), commit.object];
    this.bytes += bytesOf(objects);
    const settled = new Promise<string>((resolve, reject) => {
      this.entries.push({ ...commit, objects, resolve, reject });
    });
    if (!this.failure) this.flushing ??= this.flush();
    return { settled };
  }

  async clear(): Promise<void> {
    while (this.flushing) await this.flushing;
    this.mend();
  }

  mend(): void {
    if (!this.failure) return;
    const { error } = this.failure;
    const failed = this.entries;
    this.failure = undefined;
    this.entries = [];
    this.bytes = 0;
    this.gatherer = { gathers: 'objects' };
    for (const { takeBack } of [...failed].reverse()) takeBack();
    for (const { reject } of failed) reject(error);
  }

  private async flush(): Promise<void> {
    // Whatever is asked for at the same time gets here before that.
    await new Promise(setImmediate);
    try {
      while (this.entries.length > 0) {
        const group = this.entries.slice(0, groupSize(this.entries.length));
        await this.putInPlace(group);
        this.entries.splice(0, group.length);
        for (const { objects } of group) this.bytes -= bytesOf(objects);
        for (const { resolve, base } of group) resolve(base.commit.oid);
      }
    } catch (error) {
      this.failure = { error };
      this.context.gate.mendSoon();
    } finally {
      this.flushing = undefined;
    }
  }

  private async putInPlace(group: readonly Entry[]): Promise<void> {
    const { objects, stage, config, maintenance } = this.context;
    await objects.publish(
      group.flatMap((each) => each.objects),
      config.durability,
      () => this.moveBranch(group),
      isInLastTree(group),
    );
    for (const { base } of group) stage.settle(base);
    await objects.protections.release(group.map(({ protection }) => protection));
    maintenance.afterCommit();
  }

  private async moveBranch(group: readonly Entry[]): Promise<void> {
    const { repository, config } = this.context;
    const [first, last] = [group[0], group.at(-1)] as [Entry, Entry];
    const { ref, commit } = last.base;
    const others = group.length > 1 ? ` (and ${group.length - 1} before it)` : '';
    const update = {
      ref,
      oid: commit.oid,
      expected: first.base.commit.parents[0] ?? null,
      logMessage: logMessageOf(commit) + others,
      isPublished: true,
    };
    await compareAndSwap(repository, update, lockWait(config), config.durability);
  }
}

/** How much may be on its way before the next commit waits. */
const MOST_BYTES = 64 * 1024 * 1024;

function bytesOf(objects: readonly UnwrittenObject[]): number {
  return objects.reduce((sum, { content }) => sum + content.length, 0);
}

/** So few commits go together without further ado. */
const SMALL_GROUP = 32;

/**
 * How many of the commits that wait go together: half of many. While one half is on its way to the disk, whoever has
 * waited for the other one prepares the next commits, so that neither the disk nor the processor waits for the other.
 */
function groupSize(waiting: number): number {
  return Math.max(Math.min(waiting, SMALL_GROUP), Math.ceil(waiting / 2));
}

/** Most folders of a group's commits are changed by the next one already, and nobody will ask for them again. */
function isInLastTree(group: readonly Entry[]): (oid: string) => boolean {
  if (group.length === 1) return () => true;
  const last = group.at(-1) as Entry;
  const oids = new Set(Array.from(last.base.tree.unwritten(), ({ oid }) => oid));
  return (oid) => oids.has(oid);
}
