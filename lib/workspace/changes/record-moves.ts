import { GitModelError } from '../../errors';
import type { ObjectStore } from '../../git/object-store';
import { Turn } from '../../git/turn';
import { isSameJson } from '../../model/json-value';
import type { JsonValue } from '../../model/json-value';
import type { ModelSchema } from '../../model/schema/schema';
import type { StoredRecord } from '../../model/serializers/serializer';
import type { StagedTree } from '../../object/staged-tree';
import { decodeVersion, readVersion } from './stored-unit';
import type { StoredUnit, UnitVersion } from './stored-unit';

/** Among so many added records the one is looked for that a removed one has become; Git's limit for renames. */
const MAX_CANDIDATES = 1000;

/** How much of a record has to be the same, by the length of its values: as of a file that Git takes for renamed. */
const LEAST_SIMILARITY = 0.5;

/**
 * Finds out what has become of records that one side does not have any more: of each, the record of the same model that
 * has taken its place under another id, if there is one.
 */
export class RecordMoves {
  private readonly taken = new Set<string>();
  private readonly added = new Map<ModelSchema, Promise<readonly StoredUnit[]>>();
  /** The added records that were read, by their paths. */
  private readonly candidates = new Map<string, ReadVersion | undefined>();

  /** @param findAdded The records that the side has added to a model. They are looked for when somebody asks. */
  constructor(
    private readonly objects: ObjectStore,
    private readonly base: StagedTree,
    private readonly side: StagedTree,
    private readonly findAdded: (schema: ModelSchema) => Promise<readonly StoredUnit[]>,
  ) {}

  /** The record that a removed one has become; undefined when it was deleted. */
  async find(removed: StoredUnit): Promise<StoredUnit | undefined> {
    const { schema } = removed;
    if (!schema) return undefined;
    const before = await this.read(this.base, removed);
    if (!before) return undefined;
    let best: StoredUnit | undefined;
    let most = LEAST_SIMILARITY;
    const candidates = (await this.addedTo(schema)).filter(({ path }) => !this.taken.has(path));
    for (const candidate of candidates.slice(0, MAX_CANDIDATES)) {
      const after = await this.candidate(candidate);
      const similarity = after ? similarityOf(before, after, schema.idField.storedName) : 0;
      if (similarity > most) [best, most] = [candidate, similarity];
    }
    if (best) this.taken.add(best.path);
    return best;
  }

  /** Finds out of many removed records at once which ones the added ones were; those that are most alike come first. */
  async match(removed: readonly StoredUnit[]): Promise<ReadonlyMap<StoredUnit, StoredUnit>> {
    const pairs: { readonly from: StoredUnit; readonly to: StoredUnit; readonly similarity: number }[] = [];
    const turn = new Turn();
    for (const from of removed) {
      const before = from.schema ? await this.read(this.base, from) : undefined;
      if (!before || !from.schema) continue;
      for (const to of await this.addedTo(from.schema)) {
        if (turn.isOver()) await turn.next();
        const after = await this.candidate(to);
        const similarity = after ? similarityOf(before, after, from.schema.idField.storedName) : 0;
        if (similarity > LEAST_SIMILARITY) pairs.push({ from, to, similarity });
      }
    }
    const moves = new Map<StoredUnit, StoredUnit>();
    for (const { from, to } of pairs.sort((a, b) => b.similarity - a.similarity)) {
      if (moves.has(from) || this.taken.has(to.path)) continue;
      moves.set(from, to);
      this.taken.add(to.path);
    }
    return moves;
  }

  private addedTo(schema: ModelSchema): Promise<readonly StoredUnit[]> {
    const added = this.added.get(schema) ?? this.findAdded(schema);
    this.added.set(schema, added);
    return added;
  }

  private async candidate(unit: StoredUnit): Promise<ReadVersion | undefined> {
    if (!this.candidates.has(unit.path)) this.candidates.set(unit.path, await this.read(this.side, unit));
    return this.candidates.get(unit.path);
  }

  private async read(tree: StagedTree, unit: StoredUnit): Promise<ReadVersion | undefined> {
    const version = await readVersion(tree, unit, unit.path);
    if (!version) return undefined;
    try {
      return { version, record: await decodeVersion(this.objects, unit, version) };
    } catch (error) {
      if (error instanceof GitModelError) return undefined;
      throw error;
    }
  }
}

interface ReadVersion {
  readonly version: UnitVersion;
  readonly record: StoredRecord;
}

/** From 0 to 1; the id does not count. */
function similarityOf(before: ReadVersion, after: ReadVersion, idName: string): number {
  let [same, all] = [0, 0];
  for (const [name, value] of before.record.fields) {
    if (name === idName) continue;
    const weight = weightOf(value);
    all += weight;
    if (isSameJson(value, after.record.fields.get(name))) same += weight;
  }
  for (const [name, { oid }] of before.version.files) {
    all += FILE_WEIGHT;
    if (after.version.files.get(name)?.oid === oid) same += FILE_WEIGHT;
  }
  return all === 0 ? 0 : same / all;
}

/** A file counts as much as a long text. */
const FILE_WEIGHT = 100;

/** That both have no value says nothing. */
function weightOf(value: JsonValue): number {
  return value === null ? 0 : JSON.stringify(value).length;
}
