import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { pageText, pageValues } from '../page';
import { pathOf } from './layout';
import type { Shards } from './layout';

/** How many records are put together before they are written to a file. */
const BATCH = 1_000;

/**
 * Writes the records that the peers store, a line of JSON each: the id, the values, and the text as gitmodel
 * stores it, so that every repository holds the same.
 */
export async function writeRecords(file: string, count: number): Promise<void> {
  await write(file, count, '', (n) => {
    const fields = pageValues(n);
    return `${JSON.stringify({ id: fields.slug, fields, bytes: pageText(fields) })}\n`;
  });
}

/** Writes the stream with which `git fast-import` makes one commit of the same records. */
export async function writeImportStream(file: string, count: number, shards: Shards): Promise<void> {
  const head = 'commit refs/heads/main\ncommitter gitmodel <gitmodel@local> 0 +0000\ndata 3\nAll\n';
  await write(file, count, head, (n) => {
    const values = pageValues(n);
    const text = pageText(values);
    return `M 100644 inline ${pathOf(values.slug, shards)}\ndata ${Buffer.byteLength(text)}\n${text}\n`;
  });
}

async function write(
  file: string,
  count: number,
  head: string,
  lineOf: (n: number) => string,
): Promise<void> {
  const parts = function* (): Generator<string> {
    yield head;
    for (let first = 0; first < count; first += BATCH) {
      const size = Math.min(BATCH, count - first);
      yield Array.from({ length: size }, (_, position) => lineOf(first + position)).join('');
    }
  };
  await pipeline(Readable.from(parts()), createWriteStream(file));
}
