import { PathConflictError } from '../../errors';
import type { ModelSchema } from '../../model/schema/schema';
import type { StagedTree } from '../../object/staged-tree';
import { diffPaths } from '../../object/tree-diff';
import { mergeFile } from './file-merge';
import { MergeConflict } from './merge-conflict';
import { readVersion, unitAt } from '../changes/merge-unit';
import type { MergeUnit } from '../changes/merge-unit';
import { blurConflicts, settleConflicts } from './open-conflict';
import type { ConflictHandler, OpenConflict } from './open-conflict';
import { placeFile, placeRecord } from './placing';
import { RecordMoves } from '../changes/record-moves';
import { mergeRecordUnit } from './record-unit-merge';
import type { RecordMergeSettings, UnitMerge } from './record-unit-merge';

/** The trees that are merged. */
export interface MergeStates {
  readonly base: StagedTree;
  readonly ours: StagedTree;
  readonly theirs: StagedTree;
}

/** How trees are merged. */
export interface TreeMergeSettings extends RecordMergeSettings {
  readonly schemas: readonly ModelSchema[];
  readonly onConflict?: ConflictHandler | undefined;
  /** Whether a common ancestor is being made, in which conflicts are nobody's to decide. Default: false. */
  readonly isVirtual?: boolean;
}

/** What has become of merging trees. */
export interface TreeMerge {
  /** The merged tree; where a conflict is left, it has our side. */
  readonly tree: StagedTree;
  readonly conflicts: readonly MergeConflict[];
  /** What either side has changed of the records. */
  readonly changed: { readonly ours: Changes; readonly theirs: Changes };
}

/**
 * Merges two trees that come from one: record by record and field by field, other files by line. It is done in memory, and
 * costs what the sides have changed.
 */
export async function mergeTrees(states: MergeStates, settings: TreeMergeSettings): Promise<TreeMerge> {
  const { schemas } = settings;
  const ours = await Changes.between(schemas, states.base, states.ours);
  const theirs = await Changes.between(schemas, states.base, states.theirs);
  ours.alignWith(theirs);
  theirs.alignWith(ours);
  const merging = new Merging(states, settings, ours, theirs);
  const conflicts = await merging.run();
  return { tree: merging.tree, conflicts, changed: { ours, theirs } };
}

/** What one side has changed, by the paths of records and files. */
export class Changes {
  /** Records, by the paths of their data. */
  readonly records = new Map<string, MergeUnit>();
  /** Files that belong to no record. */
  readonly files = new Set<string>();
  /** The changed paths of the records. */
  private readonly paths = new Map<string, string[]>();
  /** What has a link or the like where a file should be, and so is no record. */
  private readonly odd = new Set<string>();

  private constructor() {
    // Made by `between`.
  }

  static async between(
    schemas: readonly ModelSchema[],
    base: StagedTree,
    side: StagedTree,
  ): Promise<Changes> {
    const changes = new Changes();
    for await (const { path, before, after } of diffPaths(base, side)) {
      const unit = unitAt(schemas, path);
      if (!unit.isRecord || !(await isSomewhere([base, side], unit))) {
        changes.files.add(path);
        continue;
      }
      changes.records.set(unit.path, unit);
      changes.paths.set(unit.path, [...(changes.paths.get(unit.path) ?? []), path]);
      if ([before, after].some((entry) => entry && entry.kind !== 'blob')) changes.odd.add(unit.path);
    }
    return changes;
  }

  /** Takes for files what is no record on the other side. */
  alignWith({ odd, files }: Changes): void {
    for (const [record, paths] of this.paths) {
      if (!odd.has(record) && !this.odd.has(record) && !files.has(record)) continue;
      this.records.delete(record);
      for (const path of paths) this.files.add(path);
    }
  }
}

/** What looks like a file of a record is one only where the record is. */
async function isSomewhere(trees: readonly StagedTree[], { path }: MergeUnit): Promise<boolean> {
  for (const tree of trees) if ((await tree.lookUp(path))?.kind === 'blob') return true;
  return false;
}

class Merging {
  tree: StagedTree;
  private readonly done = new Set<string>();
  /** Whether what was in the way last is to give way. */
  private isFreed = false;

  constructor(
    private readonly states: MergeStates,
    private readonly settings: TreeMergeSettings,
    private readonly ours: Changes,
    private readonly theirs: Changes,
  ) {
    this.tree = states.ours;
  }

  async run(): Promise<MergeConflict[]> {
    const conflicts: MergeConflict[] = [];
    for (const merge of await this.begin()) {
      conflicts.push(...(await this.settle(merge.open)));
      this.tree = await merge.apply(this.tree);
    }
    // Removals first, so that a folder can come into the place of a file.
    const rest = await this.changedByThemOnly();
    for (const { isRemoval, apply } of [...rest].sort((a, b) => Number(b.isRemoval) - Number(a.isRemoval))) {
      try {
        this.tree = await apply(this.tree);
      } catch (error) {
        if (!(error instanceof PathConflictError) || isRemoval) throw error;
        const open = this.inTheWay(error);
        conflicts.push(...(await this.settle([open])));
        if (this.isFreed) this.tree = await apply(await this.tree.without(open.conflict.path));
      }
    }
    return conflicts;
  }

  private async settle(open: readonly OpenConflict[]): Promise<MergeConflict[]> {
    if (!this.settings.isVirtual) return settleConflicts(open, this.settings.onConflict);
    blurConflicts(open);
    return [];
  }

  /** The merges of what both sides have changed. */
  private async begin(): Promise<UnitMerge[]> {
    const { states, settings, ours, theirs } = this;
    const merges: UnitMerge[] = [];
    const moves = {
      ours: this.movesOf(ours, states.ours),
      theirs: this.movesOf(theirs, states.theirs),
    };
    for (const unit of ours.records.values()) {
      const { path } = unit;
      if (!theirs.records.has(path) || this.done.has(path)) continue;
      const [target, other] = [await moves.ours(unit), await moves.theirs(unit)];
      const paths = [path, target?.path, other?.path].filter((each) => each !== undefined);
      for (const each of paths) this.done.add(each);
      const versions = {
        base: await readVersion(states.base, unit, path),
        ours: await readVersion(states.ours, unit, target?.path ?? path),
        theirs: await readVersion(states.theirs, unit, other?.path ?? path),
      };
      merges.push(await mergeRecordUnit(unit, versions, settings));
    }
    for (const path of ours.files) {
      if (!theirs.files.has(path)) continue;
      this.done.add(path);
      const versions = {
        base: await fileAt(states.base, path),
        ours: await fileAt(states.ours, path),
        theirs: await fileAt(states.theirs, path),
      };
      merges.push(await mergeFile(path, versions, settings.objects, settings.commits));
    }
    return merges;
  }

  /** Finds what has become of a record that the other side has changed as well: it is looked for only then. */
  private movesOf(changes: Changes, side: StagedTree): (unit: MergeUnit) => Promise<MergeUnit | undefined> {
    let moves: RecordMoves | undefined;
    return async (unit) => {
      const { base } = this.states;
      if (!unit.schema || (await side.lookUp(unit.path)) || !(await base.lookUp(unit.path))) return undefined;
      moves ??= new RecordMoves(this.settings.objects, base, side, await this.addedOn(changes, side));
      return moves.find(unit);
    };
  }

  /** What a side has added, and the other one has not. */
  private async addedOn(changes: Changes, side: StagedTree): Promise<MergeUnit[]> {
    const added: MergeUnit[] = [];
    for (const unit of changes.records.values()) {
      if (!unit.schema || (await this.states.base.lookUp(unit.path)) || !(await side.lookUp(unit.path)))
        continue;
      const isOnBoth = this.ours.records.has(unit.path) && this.theirs.records.has(unit.path);
      if (!isOnBoth) added.push(unit);
    }
    return added;
  }

  private async changedByThemOnly(): Promise<Application[]> {
    const { states, theirs } = this;
    const rest: Application[] = [];
    for (const unit of theirs.records.values()) {
      if (this.done.has(unit.path)) continue;
      const from = await readVersion(states.ours, unit, unit.path);
      const to = await readVersion(states.theirs, unit, unit.path);
      rest.push({ isRemoval: !to, apply: (tree) => placeRecord(tree, unit.schema, from, to) });
    }
    for (const path of theirs.files) {
      if (this.done.has(path)) continue;
      const to = await fileAt(states.theirs, path);
      rest.push({ isRemoval: !to, apply: (tree) => (to ? placeFile(tree, path, to) : tree.without(path)) });
    }
    return rest;
  }

  /** One side has a file where the other one has a folder. */
  private inTheWay(error: PathConflictError): OpenConflict {
    const path = String(error.details.path);
    this.isFreed = false;
    const conflict = new MergeConflict({
      kind: 'file',
      model: null,
      id: null,
      path,
      field: null,
      keys: [],
      base: null,
      ours: null,
      theirs: null,
      commits: this.settings.commits,
      message: `one side has a file where the other one has a folder, at "${path}"`,
    });
    return {
      conflict,
      decide: (decision) => {
        this.isFreed = decision === 'theirs';
      },
    };
  }
}

interface Application {
  readonly isRemoval: boolean;
  readonly apply: (tree: StagedTree) => Promise<StagedTree>;
}

async function fileAt(tree: StagedTree, path: string) {
  const entry = await tree.lookUp(path);
  return entry?.kind === 'tree' ? undefined : entry;
}
