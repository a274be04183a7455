import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { scattered } from '../contestants/scattered';
import { pageId, pageText, pageValues } from '../page';
import { fastImport } from './git';
import { pathOf } from './layout';
import type { Shards } from './layout';

/** How many records either branch of a pair changes. */
export const CHANGED = 100;

/** So many of them are the same on both: one branch changes the title, the other one the content. */
const CHANGED_BY_BOTH = 20;

/** The names of the branches of a pair; tags of the same names stay where they were. */
export function branchesOf(pair: number): { readonly ours: string; readonly theirs: string } {
  return { ours: `ours-${pair}`, theirs: `theirs-${pair}` };
}

/** Adds pairs of branches that have each changed some records of the main branch, scattered over the store. */
export function addBranches(folder: string, size: number, shards: Shards, pairs: number): void {
  let stream = '';
  for (let pair = 0; pair < pairs; pair++) {
    const { ours, theirs } = branchesOf(pair);
    const first = pair * (2 * CHANGED - CHANGED_BY_BOTH);
    stream += commitOf(ours, recordsFrom(first, size), 'title', shards);
    stream += commitOf(theirs, recordsFrom(first + CHANGED - CHANGED_BY_BOTH, size), 'content', shards);
  }
  const file = path.join(folder, 'branches.stream');
  writeFileSync(file, stream);
  fastImport(folder, file);
}

function recordsFrom(first: number, size: number): number[] {
  return Array.from({ length: Math.min(CHANGED, size) }, (_, n) => scattered(first + n, size));
}

function commitOf(
  branch: string,
  records: readonly number[],
  field: 'title' | 'content',
  shards: Shards,
): string {
  const files = records.map((n) => {
    const values = pageValues(n);
    const text = pageText({ ...values, [field]: `${values[field]}, changed on ${branch}` });
    return `M 100644 inline ${pathOf(pageId(n), shards)}\ndata ${Buffer.byteLength(text)}\n${text}\n`;
  });
  const head = `commit refs/heads/${branch}\ncommitter gitmodel <gitmodel@local> 0 +0000\ndata 6\nChange\n`;
  return `${head}from refs/heads/main^0\n${files.join('')}reset refs/tags/${branch}\nfrom refs/heads/${branch}\n\n`;
}
