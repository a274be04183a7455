import type { ModelSchema } from '../../model/schema/schema';
import type { StagedEntry, StagedTree } from '../../object/staged-tree';
import { RecordMoves } from '../changes/record-moves';
import { readVersion } from '../changes/stored-unit';
import type { StoredUnit } from '../changes/stored-unit';
import { changedUnits } from './changed-units';
import { mergeFile } from './file-merge';
import { MergeConflict } from './merge-conflict';
import { blurConflicts, cannotResolve, settleConflicts } from './open-conflict';
import type { ConflictHandler, OpenConflict } from './open-conflict';
import { overlay } from './overlay';
import type { MergeStates, OverlaidRecord, Overlay, Side } from './overlay';
import { RecordOrigins } from './record-origins';
import { mergeRecordUnit } from './record-unit-merge';
import type { RecordMergeSettings, RecordUnitMerge } from './record-unit-merge';
import type { UnitMerge } from './unit-merge';

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
  /** The records, where they are now, that neither side has like this. */
  readonly combined: readonly StoredUnit[];
}

/**
 * Merges two trees that come from one: record by record and field by field, other files by line. It is done in memory, and
 * costs what both sides have changed.
 */
export async function mergeTrees(states: MergeStates, settings: TreeMergeSettings): Promise<TreeMerge> {
  const laid = await overlay(states, settings.schemas, settings.objects, isSameOfInterest(settings));
  return new Merging(states, settings, laid).run();
}

/** Whether it matters that both sides have changed something to the same: two that count one each have counted two. */
function isSameOfInterest({ isStrict, schemas, policies }: TreeMergeSettings): boolean {
  if (isStrict) return true;
  const isCounted = schemas.some(({ fields }) => fields.some(({ field }) => field.mergePolicy === 'counter'));
  return isCounted || [...policies.values()].some((fields) => Object.values(fields).includes('counter'));
}

class Merging {
  private tree: StagedTree;
  private readonly conflicts: MergeConflict[] = [];
  private readonly moves: Readonly<Record<Side, RecordMoves>>;
  private readonly origins: RecordOrigins;

  constructor(
    private readonly states: MergeStates,
    private readonly settings: TreeMergeSettings,
    private readonly laid: Overlay,
  ) {
    this.tree = laid.tree;
    this.origins = new RecordOrigins(settings.objects, states, laid.records);
    this.moves = { ours: this.movesOf('ours'), theirs: this.movesOf('theirs') };
  }

  async run(): Promise<TreeMerge> {
    const combined: StoredUnit[] = [];
    for (const record of this.laid.records.values()) {
      const merge = await this.mergeRecord(record);
      await this.finish(merge);
      if (merge.combined) combined.push(merge.combined);
    }
    for (const path of this.laid.files) await this.finish(await this.mergeFile(path));
    for (const path of this.laid.blocked) await this.finish(this.mergeBlocked(path));
    return { tree: this.tree, conflicts: this.conflicts, combined };
  }

  /** What a side has added to a model, and the other one has not. */
  private async added(schema: ModelSchema, side: Side): Promise<StoredUnit[]> {
    const { base } = this.states;
    const added: StoredUnit[] = [];
    for (const [path, unit] of await changedUnits(schema, base, this.states[side])) {
      const isNew = !(await base.lookUp(path)) && (await this.states[side].lookUp(path));
      if (isNew && !this.laid.records.has(path)) added.push(unit);
    }
    return added;
  }

  private movesOf(side: Side): RecordMoves {
    const { base } = this.states;
    return new RecordMoves(this.settings.objects, base, this.states[side], (schema) =>
      this.added(schema, side),
    );
  }

  /** The record that one has become which a side does not have any more; undefined when it was deleted, or is there. */
  private async movedTo({ unit, versions }: OverlaidRecord, side: Side): Promise<StoredUnit | undefined> {
    return unit.schema && versions.base && !versions[side] ? this.moves[side].find(unit) : undefined;
  }

  private async finish(merge: UnitMerge): Promise<void> {
    this.conflicts.push(...(await this.settle(merge.open)));
    this.tree = await merge.apply(this.tree);
  }

  private async settle(open: readonly OpenConflict[]): Promise<MergeConflict[]> {
    if (!this.settings.isVirtual) return settleConflicts(open, this.settings.onConflict);
    await blurConflicts(open);
    return [];
  }

  private async mergeRecord(record: OverlaidRecord): Promise<RecordUnitMerge> {
    const { states } = this;
    const { unit, versions } = record;
    const [ours, theirs] = [await this.movedTo(record, 'ours'), await this.movedTo(record, 'theirs')];
    const moved = {
      ...versions,
      ...(ours ? { ours: await readVersion(states.ours, ours, ours.path) } : {}),
      ...(theirs ? { theirs: await readVersion(states.theirs, theirs, theirs.path) } : {}),
    };
    const merge = await mergeRecordUnit(unit, moved, this.settings);
    const isNew = !versions.base && merge.open.length > 0 && !this.settings.isVirtual;
    // So as to tell two records that got the same id from one that both sides have added.
    const origins = isNew ? await this.origins.find(unit) : undefined;
    return origins ? mergeRecordUnit(unit, moved, this.settings, origins) : merge;
  }

  private async mergeFile(path: string): Promise<UnitMerge> {
    const versions = {
      base: await fileAt(this.states.base, path),
      ours: await fileAt(this.states.ours, path),
      theirs: await fileAt(this.states.theirs, path),
    };
    return mergeFile(path, versions, this.settings.objects, this.settings.commits);
  }

  /** One side has a file where the other one has a folder: one of them has to go. */
  private mergeBlocked(path: string): UnitMerge {
    let side: keyof MergeStates = 'ours';
    const conflict = new MergeConflict({
      ...{ kind: 'file', model: null, id: null, path, field: null, keys: [] },
      ...{ base: null, ours: null, theirs: null },
      commits: this.settings.commits,
      message: `one side has a file at "${path}", and the other one a folder`,
    });
    return {
      open: [
        {
          conflict,
          decide: (decision) => {
            if (typeof decision !== 'string') cannotResolve(conflict, decision, "must be 'ours' or 'theirs'");
            side = decision;
          },
        },
      ],
      apply: async (tree) => (await tree.without(path)).withCopy(path, this.states[side]),
    };
  }
}

async function fileAt(tree: StagedTree, path: string): Promise<StagedEntry | undefined> {
  const entry = await tree.lookUp(path);
  return entry?.kind === 'tree' ? undefined : entry;
}
