import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';
import { checkOptions, checkSignal } from '../../arguments';
import type { KnownOptions } from '../../arguments';
import {
  DetachedHeadError,
  InvalidArgumentError,
  ObjectNotFoundError,
  WorkspaceClosedError,
} from '../../errors';
import { commitChain } from '../../git/commit-chain';
import { readCommit } from '../../git/commits';
import { readReference } from '../../git/references';
import { resolveRevision } from '../../git/revision';
import type { ModelRegistry } from '../../model/registry';
import type { Commit } from '../../object/commit';
import { branchRef } from '../../object/reference-name';
import { StagedTree } from '../../object/staged-tree';
import { LONGEST_WAIT } from '../../waiting';
import type { WorkspaceContext } from '../context';
import { changedRecords } from './changed-record';
import type { ChangedRecord } from './changed-record';
import { CHANGE_OPTIONS, changeSource } from './record-diff';
import type { ChangeOptions } from './record-diff';
import type { TreeAt } from './stored-version';

/** Which changes `ws.changes()` gives, and for how long. */
export interface FeedOptions extends ChangeOptions {
  /** The commit after which to begin, as its oid or what names it. Default: the beginning of the history. */
  readonly since?: string | undefined;
  /** The branch to follow. Default: the one that the workspace is on. */
  readonly branch?: string | undefined;
  /** Go on, and wait for the commits to come. Default: false, which ends with the commit that the branch is at. */
  readonly live?: boolean | undefined;
  /** How often to look whether the branch has moved, with `live`, in milliseconds. Default: 1000. */
  readonly interval?: number | undefined;
  /** Ends it in good order. */
  readonly signal?: AbortSignal | undefined;
}

const FEED_OPTIONS: KnownOptions<FeedOptions> = {
  ...CHANGE_OPTIONS,
  since: true,
  branch: true,
  live: true,
  interval: true,
  signal: true,
};

/** A change of a record, and the commit that has made it. */
export interface RecordCommitChange extends ChangedRecord {
  readonly commit: Commit;
  /** Whether it is the last change of its commit: then the commit's oid is where to go on some other time. */
  readonly isLast: boolean;
}

const DEFAULT_INTERVAL = 1000;

/**
 * Follows a branch: gives the changes of its commits, one commit after another.
 *
 * It is no generator, because one that waits cannot be told to return before what it waits for has come.
 */
export class ChangeFeed implements AsyncIterableIterator<RecordCommitChange> {
  private readonly ended = new AbortController();
  private readonly changes: AsyncGenerator<RecordCommitChange, void>;

  /** @throws InvalidArgumentError for an option, DetachedHeadError when there is no branch to follow. */
  constructor(
    private readonly context: WorkspaceContext,
    private readonly registry: ModelRegistry,
    private readonly options: FeedOptions,
  ) {
    const { interval, live = false, branch, signal } = checkOptions(options, FEED_OPTIONS);
    checkSignal(signal);
    if (interval !== undefined && !(typeof interval === 'number' && interval > 0)) {
      throw new InvalidArgumentError(
        `"interval" must be milliseconds above 0; ${inspect(interval)} is not.`,
        {
          details: { option: 'interval', value: interval },
        },
      );
    }
    changeSource(context, registry, options);
    const { isTransaction = false, stage } = context;
    // A transaction sees one state of its branch, wherever that is by now.
    const present = isTransaction ? null : stage.committed.ref;
    const ref = branch === undefined ? present : branchRef(branch);
    if (ref === null && live) {
      throw new DetachedHeadError('The workspace is on no branch that could be followed; give "branch".');
    }
    this.changes = this.follow(ref);
  }

  next(): Promise<IteratorResult<RecordCommitChange, void>> {
    return this.changes.next();
  }

  async return(): Promise<IteratorResult<RecordCommitChange, void>> {
    this.ended.abort();
    return this.changes.return();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  private async *follow(ref: string | null): AsyncGenerator<RecordCommitChange, void> {
    const { live = false, interval = DEFAULT_INTERVAL, signal } = this.options;
    const { closeSignal } = this.context.gate;
    const end = (): void => {
      this.ended.abort();
    };
    const signals = [signal, live ? closeSignal : undefined].filter((each) => each !== undefined);
    for (const each of signals) each.addEventListener('abort', end);
    if (signals.some(({ aborted }) => aborted)) end();
    try {
      let last = await this.first();
      while (!this.isEnded()) {
        const tip = await this.context.gate.read(() => this.tipOf(ref));
        if (tip !== null && tip !== last) {
          yield* this.between(last, tip);
          last = tip;
        }
        if (!live || this.isEnded()) return;
        const pause = Math.min(interval, LONGEST_WAIT);
        await sleep(pause, undefined, { signal: this.ended.signal }).catch(() => undefined);
      }
    } catch (error) {
      if (!(live && error instanceof WorkspaceClosedError && closeSignal.aborted)) throw error;
    } finally {
      for (const each of signals) each.removeEventListener('abort', end);
    }
  }

  private isEnded(): boolean {
    return this.ended.signal.aborted;
  }

  /** The commit after which to begin. */
  private async first(): Promise<string | null> {
    const { since } = this.options;
    if (since === undefined) return null;
    const { gate, repository, objects } = this.context;
    const { commit } = await gate.read(() => resolveRevision(repository, since, objects));
    if (commit !== null) return commit;
    throw new ObjectNotFoundError(`"${since}" is not a commit.`, { details: { treeish: since } });
  }

  private async tipOf(ref: string | null): Promise<string | null> {
    const { repository, stage } = this.context;
    return ref === null ? (stage.committed.commit?.oid ?? null) : readReference(repository, ref);
  }

  private async *between(since: string | null, tip: string): AsyncGenerator<RecordCommitChange, void> {
    const { gate, objects } = this.context;
    const source = changeSource(this.context, this.registry, this.options);
    let from = await gate.read(() => this.treeOf(since));
    for (const oid of await gate.read(() => commitChain(objects, since, tip))) {
      const commit = await gate.read(() => readCommit(objects, oid));
      const to = await gate.read(() => this.treeOf(oid));
      let pending: ChangedRecord | undefined;
      for await (const change of gate.iterate(changedRecords(source, from, to))) {
        if (this.isEnded()) return;
        if (pending) yield { ...pending, commit, isLast: false };
        pending = change;
      }
      if (this.isEnded()) return;
      if (pending) yield { ...pending, commit, isLast: true };
      from = to;
    }
  }

  private async treeOf(oid: string | null): Promise<TreeAt> {
    const { objects } = this.context;
    if (oid === null) return { tree: StagedTree.empty(objects), at: undefined };
    const { tree } = await readCommit(objects, oid);
    return { tree: await StagedTree.load(tree, objects), at: tree };
  }
}
