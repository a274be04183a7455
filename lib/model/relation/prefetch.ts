import { InvalidPathError, InvalidRecordError, ModelNotFoundError } from '../../errors';
import type { GitModelError } from '../../errors';
import type { GitModel } from '../git-model';
import type { ModelId } from '../types';
import { Related } from './related';

type AnyRelated = Related<GitModel<ModelId>>;

/** How many records wait for those that they relate to. */
const BATCH = 64;

/** How many related records are remembered for the records to come. */
const REMEMBERED = 1000;

/** The records, each with the records that the given fields relate to. */
export async function* loadRelated<T extends object>(
  records: AsyncIterable<T>,
  properties: readonly string[],
): AsyncGenerator<T, void> {
  const caches = properties.map((property) => ({ property, known: new Map<ModelId, AnyRecord | null>() }));
  let batch: T[] = [];
  try {
    for await (const record of records) {
      batch.push(record);
      if (batch.length < BATCH) continue;
      const full = batch;
      batch = [];
      yield* await resolved(full, caches);
    }
  } catch (error) {
    // Those before one that cannot be read are given as without relations.
    yield* await resolved(batch, caches);
    throw error;
  }
  yield* await resolved(batch, caches);
}

type AnyRecord = GitModel<ModelId>;

interface Cache {
  readonly property: string;
  /** Null for what is not there, or is not stored as it should be. */
  readonly known: Map<ModelId, AnyRecord | null>;
}

async function resolved<T extends object>(
  batch: readonly T[],
  caches: readonly Cache[],
): Promise<readonly T[]> {
  await Promise.all(
    caches.map(({ property, known }) =>
      resolve(
        batch.flatMap((record) => relationsIn(Reflect.get(record, property))),
        known,
      ),
    ),
  );
  return batch;
}

/** Gives relations of one field the records that they relate to. */
async function resolve(all: readonly AnyRelated[], known: Map<ModelId, AnyRecord | null>): Promise<void> {
  if (known.size > REMEMBERED) known.clear();
  const relations = all.filter((each) => !each.record);
  const ids = [...new Set(relations.map(({ id }) => id))].filter((id) => !known.has(id));
  const [first] = relations;
  if (!first) return;
  if (ids.length > 0) {
    const records = await first.loadBeside(ids, leaveOut);
    ids.forEach((id, position) => known.set(id, records[position] ?? null));
  }
  for (const related of relations) {
    const record = known.get(related.id);
    if (record) related.resolve(record);
  }
}

/** What is not stored as it should be is told to whoever asks for it, not to all. */
function leaveOut(error: GitModelError): void {
  const isUnsound = [InvalidPathError, InvalidRecordError, ModelNotFoundError].some(
    (each) => error instanceof each,
  );
  if (!isUnsound) throw error;
}

function relationsIn(value: unknown): AnyRelated[] {
  if (value instanceof Related) return [value as AnyRelated];
  return Array.isArray(value) ? value.flatMap(relationsIn) : [];
}
