/** Stock git's part in the benchmarks: does one job, and prints how long it took. */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { branchesOf } from '../harness/branches';
import type { Answer, Job } from '../harness/contestant';
import { fastImport, git, initRepository } from '../harness/git';
import { versionsAfter } from '../harness/history';
import { pathOf } from '../harness/layout';
import { pageId } from '../page';
import { answer, elapsed } from './answer';

const job = JSON.parse(process.argv[2] ?? '') as Job;

async function main(): Promise<Answer> {
  switch (job.operation) {
    case 'bulk': {
      initRepository(job.folder);
      const seconds = await elapsed(() => {
        fastImport(job.folder, job.stream);
      });
      return { seconds: [seconds], tree: git(job.folder, 'rev-parse', 'main^{tree}') };
    }
    case 'all':
      return { seconds: [await elapsed(all)] };
    case 'diff':
      return pairs((ours, theirs) => git(job.folder, 'diff-tree', '-r', ours, theirs));
    case 'merge':
      return pairs((ours, theirs) => git(job.folder, 'merge-tree', '--write-tree', ours, theirs));
    case 'history':
      return { seconds: await histories() };
    default:
      throw new Error(`stock git has no "${job.operation}".`);
  }
}

/** Does something with one pair of branches after another, as they were before anybody has merged them. */
async function pairs(run: (ours: string, theirs: string) => string): Promise<Answer> {
  const seconds: number[] = [];
  let output = '';
  for (let n = job.warmUp; n < job.warmUp + job.count; n++) {
    const { ours, theirs } = branchesOf(job.first + n);
    const time = await elapsed(() => {
      output = run(`refs/tags/${ours}`, `refs/tags/${theirs}`);
    });
    seconds.push(time);
  }
  return job.operation === 'merge' ? { seconds, tree: output } : { seconds };
}

/** Lists the commits that have changed one record after another. */
async function histories(): Promise<number[]> {
  const seconds: number[] = [];
  for (let n = job.warmUp; n < job.warmUp + job.count; n++) {
    const folder = path.dirname(pathOf(pageId(n), job.shards));
    let count = 0;
    const time = await elapsed(() => {
      count = git(job.folder, 'log', '--format=%H', 'main', '--', folder).split('\n').length;
    });
    const expected = versionsAfter(job.size, n);
    if (count !== expected) throw new Error(`There are ${count} versions, not ${expected}.`);
    seconds.push(time);
  }
  return seconds;
}

/** Lists the blobs, and parses what `git cat-file` prints of them. One process of git feeds the other. */
async function all(): Promise<void> {
  const list = 'git ls-tree -r --format="%(objectname)" main | git cat-file --batch --buffer';
  const child = spawn('sh', ['-c', list], { cwd: job.folder, stdio: ['ignore', 'pipe', 'inherit'] });
  let count = 0;
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let start = 0;
    for (;;) {
      // Before each object: its oid, `blob`, its size and a newline; after it another newline.
      const header = rest.indexOf(10, start);
      if (header === -1) break;
      const size = Number(rest.toString('latin1', rest.lastIndexOf(32, header) + 1, header));
      const end = header + 1 + size;
      if (rest.length <= end) break;
      const record = JSON.parse(rest.toString('utf8', header + 1, end)) as { fields: { slug: string } };
      count += record.fields.slug.length > 0 ? 1 : 0;
      start = end + 1;
    }
    rest = rest.subarray(start);
  }
  if (count !== job.size) throw new Error(`There are ${count} records, not ${job.size}.`);
}

answer(main);
