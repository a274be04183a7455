import type { Awaitable } from '../../object/awaitable';
import type { Cursor } from './cursor';
import type { FoundRecord } from './record-store';

/** What `load` makes of the records with these ids, in their order; the same for an id that is there again. */
export async function readEach<T>(
  ids: readonly string[],
  read: (unique: readonly string[]) => Cursor<FoundRecord | null>,
  load: (found: FoundRecord, id: string) => Awaitable<T | null>,
): Promise<(T | null)[]> {
  const unique = [...new Set(ids)];
  const records = new Map<string, T | null>();
  const cursor = read(unique);
  try {
    for (const id of unique) {
      const next = cursor.next();
      const found = next instanceof Promise ? await next : next;
      const loading = found ? load(found, id) : null;
      records.set(id, loading instanceof Promise ? await loading : loading);
    }
  } finally {
    cursor.close();
  }
  return ids.map((id) => records.get(id) ?? null);
}
