import { setTimeout as delay } from 'node:timers/promises';
import { checkOptions } from '../../arguments';
import type { KnownOptions } from '../../arguments';
import { ConcurrentUpdateError, GitModelError, InvalidArgumentError, TransactionError } from '../../errors';
import { COMMIT_OPTIONS } from '../../model/record/record-store';
import type { CommitOptions } from '../../model/record/record-store';
import type { StagedTree } from '../../object/staged-tree';
import { baseOfBranch } from '../base';
import { prepareCommit, refuseLostBlobs } from '../commit-stage';
import type { WorkspaceContext } from '../context';
import { forkContext } from '../make-context';
import type { MergeConflict } from '../merge/merge-conflict';
import type { MergeEngine } from '../merge/merge-engine';
import type { WorkspaceScope } from '../scope';
import type { Base } from '../stage';
import { ReadSet } from './read-set';
import { Trunk } from './trunk';

/** How a transaction is run. */
export interface TransactionOptions extends CommitOptions {
  /**
   * What the transaction is safe from. `snapshot`, the default: it reads one state of the branch, and nobody else has changed
   * a field that it changes. `serializable`: nobody else has changed anything that it has read either, so that it is as if
   * transactions had run one after another.
   */
  readonly isolation?: 'snapshot' | 'serializable' | undefined;
  /** How often it is tried again when somebody else was faster. Default: 20. */
  readonly retries?: number | undefined;
}

const TRANSACTION_OPTIONS: KnownOptions<TransactionOptions> = {
  ...COMMIT_OPTIONS,
  isolation: true,
  retries: true,
};

/** What has come of a transaction. */
export interface TransactionResult<T> {
  /** What its function has returned. */
  readonly result: T;
  /** The commit's oid; null when nothing has changed. */
  readonly commit: string | null;
  /** How often its function was run. */
  readonly runs: number;
}

const DEFAULT_RETRIES = 20;

/** How long is waited before the n-th try at the most, in milliseconds: twice as long each time, up to a bound. */
function backOff(attempt: number): number {
  return Math.random() * Math.min(500, 4 * 2 ** attempt);
}

/** Why a transaction has to be run again. */
class Overtaken extends Error {
  constructor(
    message: string,
    readonly conflicts: readonly MergeConflict[] = [],
  ) {
    super(message);
  }
}

/** Runs the transactions of a workspace. */
export class Transactions {
  private readonly trunks = new Map<string, Promise<Trunk>>();

  constructor(
    private readonly scope: WorkspaceScope,
    private readonly engine: MergeEngine,
  ) {}

  /** See `Workspace.transaction`. */
  async run<T>(fn: () => T | Promise<T>, options: TransactionOptions): Promise<TransactionResult<T>> {
    checkTransactionOptions(fn, options);
    const around = this.scope.transaction;
    if (around) {
      refuseStricter(around, options);
      return { result: await join(around, fn), commit: null, runs: 1 };
    }
    const { root } = this.scope;
    const { ref } = prepareCommit(root, options);
    return root.gate.read(async () => {
      const trunk = await this.trunkOf(ref);
      const done = await this.attempt(trunk, fn, options, 0);
      if (done.commit !== null) await follow(root, ref, done.commit);
      return done;
    });
  }

  async close(): Promise<void> {
    for (const trunk of this.trunks.values()) await (await trunk).close();
  }

  private trunkOf(ref: string): Promise<Trunk> {
    let trunk = this.trunks.get(ref);
    if (!trunk) {
      trunk = Trunk.open(this.scope.root, ref);
      this.trunks.set(ref, trunk);
      // The next one may have more luck.
      trunk.catch(() => this.trunks.delete(ref));
    }
    return trunk;
  }

  /** Runs a function until it is committed, or nothing more is to be tried. */
  private async attempt<T>(
    trunk: Trunk,
    fn: () => T | Promise<T>,
    options: TransactionOptions,
    earlier: number,
  ): Promise<TransactionResult<T>> {
    const { retries = DEFAULT_RETRIES } = options;
    for (let runs = earlier + 1; ; runs++) {
      const transaction = new Transaction(this.scope, await trunk.head(runs > 1), options);
      try {
        const result = await transaction.run(fn);
        return { result, commit: await this.commit(trunk, transaction, options), runs };
      } catch (error) {
        await transaction.takeBack();
        if (!(error instanceof Overtaken)) throw error;
        if (runs > retries) throw overtaken(trunk.ref, runs, error);
        // One at a time, so that those of this process do not overtake one another again and again.
        if (earlier === 0 && runs === 1) return trunk.alone(() => this.attempt(trunk, fn, options, runs));
        await delay(backOff(runs));
      }
    }
  }

  /** Commits what a transaction has staged, on the branch as it is by then. */
  private async commit(
    trunk: Trunk,
    transaction: Transaction,
    options: TransactionOptions,
  ): Promise<string | null> {
    const { retries = DEFAULT_RETRIES } = options;
    // What only reads has read one state, as if it had run alone at that time.
    if (!transaction.hasChanges) {
      await transaction.release();
      return null;
    }
    for (let attempt = 0; ; attempt++) {
      try {
        const commit = await trunk.commit((onto) => transaction.rebase(onto, this.engine), options);
        await transaction.release();
        return commit;
      } catch (error) {
        if (!(error instanceof ConcurrentUpdateError)) throw error;
        if (attempt >= retries) throw new Overtaken(error.message);
        await delay(backOff(attempt));
      }
    }
  }
}

/** One run of a transaction. */
class Transaction {
  private readonly context: WorkspaceContext;
  private readonly base: Base;
  private readonly reads: ReadSet | undefined;

  constructor(
    private readonly scope: WorkspaceScope,
    base: Base,
    { isolation = 'snapshot' }: TransactionOptions,
  ) {
    this.base = base;
    this.reads = isolation === 'serializable' ? new ReadSet() : undefined;
    const { root } = scope;
    this.context = { ...forkContext(root, base, root.config), isTransaction: true, reads: this.reads };
  }

  get hasChanges(): boolean {
    return this.context.stage.hasChanges;
  }

  /** Runs the function, and waits for all that it has asked for. */
  async run<T>(fn: () => T | Promise<T>): Promise<T> {
    const { gate } = this.context;
    return this.scope.within(this.context, () => gate.change(() => gate.section(fn)));
  }

  /**
   * What the transaction makes of another state of the branch than the one that it was run on.
   *
   * @throws Overtaken when it has to be run again.
   */
  async rebase(onto: Base, engine: MergeEngine): Promise<StagedTree> {
    const { base } = this;
    const { stage, objects, config } = this.context;
    const { tree } = stage;
    await refuseLostBlobs(this.context);
    // It is not for the trunk, which commits the tree, to know what was written early here.
    await objects.syncProtected(config.durability);
    if (onto.commit?.oid === base.commit?.oid) return tree;
    if (await this.reads?.differs(base.tree, onto.tree)) {
      throw new Overtaken('Somebody else has changed what the transaction has read.');
    }
    const states = { base: base.tree, ours: tree, theirs: onto.tree };
    const commits = { base: base.commit?.oid ?? null, ours: null, theirs: onto.commit?.oid ?? null };
    const merge = await engine.mergeStates(states, commits, {}, true);
    const [conflict] = merge.conflicts;
    if (conflict)
      throw new Overtaken(`Somebody else has changed the same: ${conflict.message}.`, merge.conflicts);
    return merge.tree;
  }

  /** Makes the instances as they were before, and gives up what was written. */
  async takeBack(): Promise<void> {
    const { stage } = this.context;
    stage.rollBack({ base: stage.base, tree: stage.base.tree, undoLength: 0 });
    await this.release();
  }

  /** Gives up what keeps git from clearing away what was written early. */
  async release(): Promise<void> {
    const { objects } = this.context;
    await objects.protections.release([objects.protections.all()]);
    await objects.close();
  }
}

/** Runs a transaction within another one: a part of it, which is taken back by itself when it fails. */
async function join<T>({ gate, stage }: WorkspaceContext, fn: () => T | Promise<T>): Promise<T> {
  return gate.change(async () => {
    const mark = stage.mark();
    try {
      return await gate.section(fn);
    } catch (error) {
      stage.rollBack(mark);
      throw error;
    }
  });
}

/** @throws TransactionError when a part of a transaction asks for more than the whole has. */
function refuseStricter({ reads }: WorkspaceContext, { isolation }: TransactionOptions): void {
  if (isolation !== 'serializable' || reads) return;
  throw new TransactionError(
    'A serializable transaction cannot be a part of one that is not; make the outer one serializable.',
    { details: { operation: 'transaction()' } },
  );
}

/**
 * Lets the index of the workspace follow the branch, unless something is staged, or the workspace is being closed. It is
 * not waited for where it would have to wait for code that may wait for the transaction.
 */
async function follow(root: WorkspaceContext, ref: string, commit: string): Promise<void> {
  const { gate, stage } = root;
  const following = async (): Promise<void> => {
    try {
      await gate.change(async () => {
        const { base } = stage;
        if (base.ref !== ref || base.commit?.oid === commit || stage.hasChanges) return;
        stage.reset(await baseOfBranch(root, ref));
      });
    } catch (error) {
      // The commit is in place, whatever keeps the index where it is.
      if (!(error instanceof GitModelError)) throw error;
    }
  };
  await Promise.race([following(), gate.sectionBegun()]);
}

function overtaken(ref: string | null, runs: number, error: Overtaken): ConcurrentUpdateError {
  return new ConcurrentUpdateError(
    `The transaction was run ${runs} times and could not be committed to ${String(ref)}: somebody else was faster each ` +
      `time. ${error.message} Nothing has changed; run it again, or allow more { retries }.`,
    { cause: error, details: { ref, runs, conflicts: error.conflicts } },
  );
}

function checkTransactionOptions(fn: unknown, options: TransactionOptions): void {
  const { isolation, retries } = checkOptions(options, TRANSACTION_OPTIONS);
  if (typeof fn !== 'function') throw refused('fn', fn, 'a function');
  if (isolation !== undefined && !['snapshot', 'serializable'].includes(isolation)) {
    throw refused('isolation', isolation, '"snapshot" or "serializable"');
  }
  if (retries !== undefined && !(Number.isSafeInteger(retries) && retries >= 0)) {
    throw refused('retries', retries, 'a whole number from 0 on');
  }
}

function refused(option: string, value: unknown, expected: string): InvalidArgumentError {
  return new InvalidArgumentError(`"${option}" must be ${expected}, not ${String(value)}.`, {
    details: { option, value },
  });
}
