import type { ObjectStore } from '../../git/object-store';
import type { ModelSchema } from '../../model/schema/schema';
import { RecordMoves } from '../changes/record-moves';
import { decodeVersion, idOfRecord, readVersion } from '../changes/stored-unit';
import type { StoredUnit } from '../changes/stored-unit';
import { changedUnits } from './changed-units';
import type { MergeStates, Overlay, Side } from './overlay';

/** The ids that a record had in the common ancestor, by side; null where it is new. */
export interface Origins {
  readonly ours: string | null;
  readonly theirs: string | null;
}

/** Above so many pairs of records it is not looked which of them is which. */
const MAX_PAIRS = 100_000;

/** Finds out of records that are on both sides, but not in the common ancestor, whether they had other ids there. */
export class RecordOrigins {
  /** By side and folder: the former ids by the paths that the records have now. */
  private readonly found = new Map<string, Promise<ReadonlyMap<string, string>>>();

  constructor(
    private readonly objects: ObjectStore,
    private readonly states: MergeStates,
    private readonly records: Overlay['records'],
  ) {}

  /** What a record was before; undefined when it is new on both sides. */
  async find({ schema, path }: StoredUnit): Promise<Origins | undefined> {
    if (!schema) return undefined;
    const ours = (await this.formerIds('ours', schema)).get(path) ?? null;
    const theirs = (await this.formerIds('theirs', schema)).get(path) ?? null;
    return ours === null && theirs === null ? undefined : { ours, theirs };
  }

  private formerIds(side: Side, schema: ModelSchema): Promise<ReadonlyMap<string, string>> {
    const key = `${side} ${schema.folder}`;
    const ids = this.found.get(key) ?? this.readFormerIds(side, schema);
    this.found.set(key, ids);
    return ids;
  }

  private async readFormerIds(side: Side, schema: ModelSchema): Promise<ReadonlyMap<string, string>> {
    const { base, [side]: present } = this.states;
    const removed: StoredUnit[] = [];
    for (const [path, unit] of await changedUnits(schema, base, present)) {
      if ((await base.lookUp(path)) && !(await present.lookUp(path))) removed.push(unit);
    }
    const added = [...this.records.values()]
      .filter(({ unit, versions }) => unit.schema === schema && !versions.base)
      .map(({ unit }) => unit);
    const ids = new Map<string, string>();
    if (removed.length * added.length > MAX_PAIRS) return ids;
    const moves = new RecordMoves(this.objects, base, present, () => Promise.resolve(added));
    for (const [from, to] of await moves.match(removed)) {
      const version = await readVersion(base, from, from.path);
      if (version) ids.set(to.path, idOfRecord(from, await decodeVersion(this.objects, from, version)));
    }
    return ids;
  }
}
