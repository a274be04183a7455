import type { StagedTree } from '../../object/staged-tree';
import type { OpenConflict } from './open-conflict';

/** The merge of one record or file. */
export interface UnitMerge {
  readonly open: readonly OpenConflict[];
  /** Puts what has come of it, with all decisions, in the place of our version. */
  apply(tree: StagedTree): Promise<StagedTree>;
}
