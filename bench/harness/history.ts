import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { scattered } from '../contestants/scattered';
import { pageId, pageText, pageValues } from '../page';
import { fastImport } from './git';
import { pathOf } from './layout';
import type { Shards } from './layout';

/** The record whose history is asked for. */
export const TRACED = 0;

/** So many commits have changed something else for one that has changed the record. */
const EVERY = 100;

/** How many versions the record has after so many commits. */
export function versionsAfter(commits: number): number {
  return 1 + Math.floor(commits / EVERY);
}

/** Adds commits to the main branch, each of which changes one record. */
export function addHistory(folder: string, size: number, commits: number, shards: Shards): void {
  const stream = Array.from({ length: commits }, (_, n) => {
    const record = (n + 1) % EVERY === 0 ? TRACED : scattered(n + 1, size);
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
