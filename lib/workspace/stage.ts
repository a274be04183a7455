import { PendingChangesError } from '../errors';
import type { Commit } from '../git/commits';
import { Outcome } from '../model/record/record-state';
import type { StagedTree } from '../object/staged-tree';
import type { TreeEditor } from '../object/tree-editor';

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
  /** What edits the tree in place, while much is changed. */
  private editor: TreeEditor | undefined;
  private outcome: Outcome | undefined;

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
    return this.editor?.tree ?? this.current;
  }

  /** Whether the tree is edited in place. */
  get isEdited(): boolean {
    return this.editor !== undefined;
  }

  /**
   * Lets code edit the staged tree in place, which is the staged tree for everybody meanwhile. How records are marked
   * as saved without a word for each on how to take that back: {@link tentative}.
   */
  async edit<T>(editor: TreeEditor, code: () => Promise<T>): Promise<T> {
    this.editor = editor;
    try {
      return await code();
    } finally {
      this.current = editor.tree;
      this.editor = undefined;
      this.outcome = undefined;
    }
  }

  /** What becomes of the records that are saved now. */
  get tentative(): Outcome {
    if (!this.outcome) {
      const outcome = (this.outcome = new Outcome());
      this.undo.push(() => {
        outcome.isTakenBack = true;
      });
    }
    return this.outcome;
  }

  /** Whether a commit would change anything. Compares oids. */
  get hasChanges(): boolean {
    return !this.tree.equals(this.based.tree);
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
    this.show(tree);
    this.unwrittenBytes += addedBytes + ENTRY_BYTES;
    if (this.unwrittenBytes < SPILL_BYTES) return false;
    this.unwrittenBytes = 0;
    return true;
  }

  mark(): StageMark {
    return { base: this.based, tree: this.tree, undoLength: this.undo.length };
  }

  /**
   * Takes back all changes since the mark, the last first. When there is another base since then, because of a
   * commit or a switch to another branch, that stays, and nothing is staged on it.
   */
  rollBack(mark: StageMark): void {
    const { tree, undoLength } = mark.base === this.based ? mark : { tree: this.based.tree, undoLength: 0 };
    for (const undo of this.undo.splice(undoLength).reverse()) undo();
    if (undoLength === 0) this.outcome = undefined;
    this.show(tree);
  }

  /** Takes back all changes and starts anew from another base, which is in the repository. */
  reset(base: Base): void {
    this.rollBack({ base: this.based, tree: base.tree, undoLength: 0 });
    this.based = base;
    this.inPlace = base;
    this.unwrittenBytes = 0;
  }

  /** The branch has another name now; all else stays. */
  followRename(ref: string): void {
    this.based = { ...this.based, ref };
    this.inPlace = { ...this.inPlace, ref };
  }

  /**
   * Makes the staged tree the base: it is what a commit has that is on its way into the repository.
   *
   * @returns what {@link restore} takes, should the commit not get there.
   */
  advance(commit: Commit): StageState {
    const { tree } = this;
    const before = { base: this.based, tree, undo: this.undo };
    this.based = { ref: this.based.ref, commit, tree };
    this.undo = [];
    this.outcome = undefined;
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
    this.show(tree);
    this.undo = undo;
  }

  private show(tree: StagedTree): void {
    this.current = tree;
    this.editor?.reset(tree);
  }
}

/** @throws PendingChangesError while changes are staged; the consequence is what would become of them. */
export function refusePending(stage: Stage, consequence: string): void {
  if (!stage.hasChanges) return;
  throw new PendingChangesError(
    stage.isEdited
      ? `bulk() is running, what it has saved so far is not committed, and ${consequence}. Call it afterwards.`
      : `Changes are staged and not committed, and ${consequence}. ` +
          'Commit them, or drop them with updateIndex(undefined, { discardChanges: true }).',
  );
}
