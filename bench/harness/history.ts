import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { scattered } from '../contestants/scattered';
import { pageId, pageText, pageValues } from '../page';
import { fastImport } from './git';
import { pathOf } from './layout';
import type { Shards } from './layout';

/** How many records there are at most whose histories can be asked for: the first ones. */
const TRACED = 50;

/** How many there are in a store of so many records. */
export function tracedOf(size: number): number {
  return Math.min(TRACED, size);
}

/** One of so many commits has changed such a record. */
const EVERY = 100;

/** How many versions the n-th of these records has after so many commits. */
export function versionsAfter(commits: number, n: number): number {
  return 1 + Math.ceil((commits - n) / EVERY);
}

/** Adds as many commits as there are records to the main branch, each of which changes one record. */
export function addHistory(folder: string, size: number, shards: Shards): void {
  const stream = Array.from({ length: size }, (_, n) => {
    const turn = n % EVERY;
    const traced = tracedOf(size);
    const record = turn < traced ? turn : traced + scattered(n, size - traced);
    const values = pageValues(record);
    const text = pageText({ ...values, title: `${values.title}, version ${n}` });
    return (
      `commit refs/heads/main\ncommitter gitmodel <gitmodel@local> ${n} +0000\ndata 6\nChange\n` +
      (n === 0 ? 'from refs/heads/main^0\n' : '') +
      `M 100644 inline ${pathOf(pageId(record), shards)}\ndata ${Buffer.byteLength(text)}\n${text}\n\n`
    );
  });
  const file = path.join(folder, 'history.stream');
  writeFileSync(file, stream.join(''));
  fastImport(folder, file);
}
