import { setTimeout as delay } from 'node:timers/promises';
import { readReference } from '../../git/references';
import type { CommitOptions } from '../../model/record/record-store';
import type { StagedTree } from '../../object/staged-tree';
import { baseOfBranch } from '../base';
import { commitStage } from '../commit-stage';
import type { WorkspaceContext } from '../context';
import { forkContext } from '../make-context';
import type { Base } from '../stage';

/** Gives the tree to be committed on a base: the newest commit of the branch, which may still be on its way. */
export type Rebase = (onto: Base) => Promise<StagedTree>;

/** How long it is waited for what runs alone, from when it begins, in milliseconds. */
const LONGEST_TURN = 1000;

/**
 * Where the transactions of a workspace on one branch are committed: one after another, each on the one before it, and
 * those that are there at the same time together. So they never find the branch moved by one another.
 */
export class Trunk {
  /** The last that runs alone. */
  private lane: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly context: WorkspaceContext,
    /** The branch. */
    readonly ref: string,
  ) {}

  static async open(context: WorkspaceContext, ref: string): Promise<Trunk> {
    const mustExist = context.stage.base.commit !== null;
    const base = await baseOfBranch(context, ref, { mustExist });
    return new Trunk(forkContext(context, base, context.config), ref);
  }

  /**
   * The branch as it is in the repository.
   *
   * @param isSettled Whether to wait for the commits that are on their way: who was overtaken will be again by those.
   * @throws ReferenceNotFoundError when somebody has deleted it.
   */
  async head(isSettled: boolean): Promise<Base> {
    const { gate, stage, repository } = this.context;
    if (isSettled) return gate.change(() => this.refresh());
    const { committed } = stage;
    const tip = await readReference(repository, this.ref);
    if (tip === (committed.commit?.oid ?? null)) return committed;
    return baseOfBranch(this.context, this.ref, { mustExist: committed.commit !== null });
  }

  /**
   * Commits a tree.
   *
   * @returns the commit's oid; null when it changes nothing.
   * @throws ConcurrentUpdateError when somebody else moved the branch meanwhile, and what `rebase` throws.
   */
  async commit(rebase: Rebase, options: CommitOptions): Promise<string | null> {
    const { gate, stage, commits } = this.context;
    return gate.changeAndDefer(async () => {
      const base = commits.isIdle ? await this.refresh() : stage.base;
      const tree = await rebase(base);
      const mark = stage.mark();
      stage.replace(tree);
      try {
        return await commitStage(this.context, options, mark);
      } catch (error) {
        stage.rollBack(mark);
        throw error;
      }
    });
  }

  /** Runs code when all that was to run alone before has ended. */
  async alone<T>(code: () => Promise<T>): Promise<T> {
    const before = this.lane;
    const result = before.then(code);
    // Not for ever: what runs alone may wait for what is to run alone after it.
    const longest = before.then(() => delay(LONGEST_TURN, undefined, { ref: false }));
    this.lane = Promise.race([result.catch(() => undefined), longest]);
    return result;
  }

  async close(): Promise<void> {
    await this.context.gate.close();
    await this.context.objects.close();
  }

  /** Somebody else may have moved the branch. To be called when nothing is on its way. */
  private async refresh(): Promise<Base> {
    const { stage, repository } = this.context;
    const tip = await readReference(repository, this.ref);
    if (tip !== (stage.base.commit?.oid ?? null) || stage.hasChanges) {
      stage.reset(await baseOfBranch(this.context, this.ref, { mustExist: stage.base.commit !== null }));
    }
    return stage.base;
  }
}
