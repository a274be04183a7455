import type { Commit } from '../git/commits';
import type { StagedTree } from '../object/staged-tree';

/** What the staged changes are changes of. */
export interface Base {
  /** The branch that a commit would move; null when detached. */
  readonly ref: string | null;
  /** The commit that a commit would descend from; null on an unborn branch, and at a tree. */
  readonly commit: Commit | null;
  readonly tree: StagedTree;
}

/** A state of the stage to go back to. */
export interface StageMark {
  readonly base: Base;
  readonly tree: StagedTree;
  readonly undoLength: number;
}

/** All of a stage, to be put in its place again. */
export interface StageState {
  readonly base: Base;
  readonly tree: StagedTree;
  readonly undo: (() => void)[];
}

/** How much may wait in memory for a commit before it is written to the object database, in bytes. */
const SPILL_BYTES = 32 * 1024 * 1024;

/** What a staged file takes in memory beside its content: the folders above it that are its own, its entries. */
const ENTRY_BYTES = 1024;

/** What a workspace has staged, and what it is based on. Changed by one operation at a time. */
export class Stage {
  private current: StagedTree;
  private undo: (() => void)[] = [];
  private unwrittenBytes = 0;

  private inPlace: Base;

  constructor(private based: Base) {
    this.current = based.tree;
    this.inPlace = based;
  }

  /** What the staged changes are changes of: the last commit, which may still be on its way into the repository. */
  get base(): Base {
    return this.based;
  }

  /** The same as the repository has it by now. */
  get committed(): Base {
    return this.inPlace;
  }

  get tree(): StagedTree {
    return this.current;
  }

  /** Whether a commit would change anything. Compares oids. */
  get hasChanges(): boolean {
    return !this.current.equals(this.based.tree);
  }

  /**
   * Stages another tree.
   *
   * @param addedBytes How much content came with it.
   * @param undo Takes back what else the change has done, should it be rolled back.
   * @returns whether so much content waits in memory that it should be written.
   */
  replace(tree: StagedTree, addedBytes = 0, undo?: () => void): boolean {
    if (undo) this.undo.push(undo);
    this.current = tree;
    this.unwrittenBytes += addedBytes + ENTRY_BYTES;
    if (this.unwrittenBytes < SPILL_BYTES) return false;
    this.unwrittenBytes = 0;
    return true;
  }

  mark(): StageMark {
    return { base: this.based, tree: this.current, undoLength: this.undo.length };
  }

  /**
   * Takes back all changes since the mark, the last first. When there is another base since then, because of a
   * commit or a switch to another branch, that stays, and nothing is staged on it.
   */
  rollBack(mark: StageMark): void {
    const { tree, undoLength } = mark.base === this.based ? mark : { tree: this.based.tree, undoLength: 0 };
    for (const undo of this.undo.splice(undoLength).reverse()) undo();
    this.current = tree;
  }

  /** Takes back all changes and starts anew from another base, which is in the repository. */
  reset(base: Base): void {
    this.rollBack({ base: this.based, tree: base.tree, undoLength: 0 });
    this.based = base;
    this.inPlace = base;
    this.unwrittenBytes = 0;
  }

  /**
   * Makes the staged tree the base: it is what a commit has that is on its way into the repository.
   *
   * @returns what {@link restore} takes, should the commit not get there.
   */
  advance(commit: Commit): StageState {
    const before = { base: this.based, tree: this.current, undo: this.undo };
    this.based = { ref: this.based.ref, commit, tree: this.current };
    this.undo = [];
    this.unwrittenBytes = 0;
    return before;
  }

  /** The base that {@link advance} has made is in the repository. */
  settle(base: Base): void {
    base.tree.settle();
    this.inPlace = base;
  }

  /** Makes everything as it was before {@link advance}; what came after it has been taken back. */
  restore({ base, tree, undo }: StageState): void {
    this.based = base;
    this.current = tree;
    this.undo = undo;
  }
}
