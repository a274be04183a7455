import { InvalidPathError, InvalidRecordError, ModelNotFoundError } from '../../errors';
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
  const caches = properties.map((property) => ({ property, known: new Map<ModelId, AnyRecord>() }));
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

type AnyRecord = Promise<GitModel<ModelId> | null>;

interface Cache {
  readonly property: string;
  readonly known: Map<ModelId, AnyRecord>;
}

async function resolved<T extends object>(
  batch: readonly T[],
  caches: readonly Cache[],
): Promise<readonly T[]> {
  await Promise.all(
    caches.flatMap(({ property, known }) => {
      if (known.size > REMEMBERED) known.clear();
      return batch.flatMap((record) =>
        relationsIn(Reflect.get(record, property)).map((each) => resolve(each, known)),
      );
    }),
  );
  return batch;
}

async function resolve(related: AnyRelated, known: Map<ModelId, AnyRecord>): Promise<void> {
  if (related.record) return;
  let loading = known.get(related.id);
  if (!loading) known.set(related.id, (loading = loadIfSound(related)));
  const record = await loading;
  if (record) related.resolve(record);
}

/** Null also for what is not stored as it should be: that is told to whoever asks for it, not to all. */
async function loadIfSound(related: AnyRelated): ReturnType<AnyRelated['loadOrNull']> {
  try {
    return await related.loadOrNull();
  } catch (error) {
    const isUnsound = [InvalidPathError, InvalidRecordError, ModelNotFoundError].some(
      (each) => error instanceof each,
    );
    if (isUnsound) return null;
    throw error;
  }
}

function relationsIn(value: unknown): AnyRelated[] {
  if (value instanceof Related) return [value as AnyRelated];
  return Array.isArray(value) ? value.flatMap(relationsIn) : [];
}
