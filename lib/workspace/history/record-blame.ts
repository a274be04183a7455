import { InvalidRecordError } from '../../errors';
import { readCommit } from '../../git/commits';
import type { LinkedCommit } from '../../git/commits';
import { Turn } from '../../git/turn';
import { isSameIn } from '../../model/record/record-difference';
import type { FoundRecord, HistoryOptions, StoredBlame } from '../../model/record/record-store';
import { recordPaths } from '../../model/schema/layout';
import type { ModelSchema, SchemaField } from '../../model/schema/schema';
import type { WorkspaceContext } from '../context';
import { NewestFirst } from './newest-first';
import { RecordTracker } from './record-history';
import type { RecordAt } from './record-history';
import { startOf } from './start';

/** A version of a record, and the fields of which it is not known yet who has set them to what they are in it. */
interface OpenVersion {
  readonly commit: LinkedCommit;
  readonly position: RecordAt;
  readonly found: FoundRecord;
  readonly fields: Set<SchemaField>;
}

/**
 * The commits that have made the fields of a record what they are, by the fields' stored names; null when there is no such
 * record. Each field is followed to the first parent that has the same, as `git blame` does it with lines. A version that
 * cannot be read counts as none.
 */
export async function recordBlame(
  context: WorkspaceContext,
  schema: ModelSchema,
  id: string,
  { from }: Pick<HistoryOptions, 'from'>,
): Promise<ReadonlyMap<string, StoredBlame> | null> {
  const { objects } = context;
  const start = await startOf(context, from);
  if (start === null) return null;
  const tracker = new RecordTracker(objects, schema);
  const first = await tracker.at(start, recordPaths(schema, id).data);
  const present = await tracker.read(first);
  if (!present) return null;
  const open = new Map<string, OpenVersion>();
  const waiting = new NewestFirst<OpenVersion>();
  const pass = (position: RecordAt, found: FoundRecord, field: SchemaField): void => {
    const key = `${position.commit.oid} ${position.unit.path}`;
    const known = open.get(key);
    if (known) {
      known.fields.add(field);
      return;
    }
    const version = { commit: position.commit, position, found, fields: new Set([field]) };
    open.set(key, version);
    waiting.add(version);
  };
  for (const field of [...schema.dataFields, ...schema.fileFields]) {
    if (!isSameIn(field, present, null)) pass(first, present, field);
  }
  const blame = new Map<string, StoredBlame>();
  const turn = new Turn();
  for (let version; (version = waiting.take());) {
    if (turn.isOver()) await turn.next();
    const { position, found, fields } = version;
    open.delete(`${position.commit.oid} ${position.unit.path}`);
    const { same, parents } = await tracker.before(position);
    if (same) {
      for (const field of fields) pass(same, found, field);
      continue;
    }
    const before = await Promise.all(parents.map((parent) => readIfValid(tracker, parent)));
    for (const field of fields) {
      const n = before.findIndex((each) => each && isSameIn(field, found, each));
      const [parent, origin] = [parents[n], before[n]];
      if (parent && origin) pass(parent, origin, field);
      else {
        const commit = await readCommit(objects, position.commit.oid);
        blame.set(field.storedName, { commit, before: before[0] ?? null });
      }
    }
  }
  return blame;
}

async function readIfValid(tracker: RecordTracker, position: RecordAt): Promise<FoundRecord | null> {
  return tracker.read(position).catch((error: unknown) => {
    if (error instanceof InvalidRecordError) return null;
    throw error;
  });
}
