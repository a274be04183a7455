/**
 * What layouts cost: for each way to spread records over folders, and several numbers of records, what a commit of
 * one new record writes and takes, and what getting a record reads and takes. Prints a JSON object a line. Times are
 * those of the processor, which the disk and other programs do not blur.
 *
 * Arguments: the numbers of records. Default: 1000 10000 100000; a million takes some ten minutes.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Model, sharded, Workspace } from 'gitmodel';
import { scattered } from './contestants/scattered';
import { checkRepository, fastImport, git, gitWith, initRepository } from './harness/git';
import { pathOf } from './harness/layout';
import type { Shards } from './harness/layout';
import { writeImportStream } from './harness/records';
import { round } from './harness/result';
import { PageModel, pageId, pageValues } from './page';

const SIZES = [1_000, 10_000, 100_000];

/** The widths and levels to compare. */
const LAYOUTS: readonly Shards[] = [
  [1, 2],
  [2, 1],
  [1, 3],
  [3, 1],
  [1, 4],
  [2, 2],
].map(([width = 0, levels = 0]) => ({ width, levels }));

const WARM_UP = 50;
const COMMITS = 200;
const READS = 500;

/** How many records are looked at to tell what is on the way to one. */
const SAMPLE = 50;

async function main(): Promise<void> {
  const sizes = process.argv.length > 2 ? process.argv.slice(2).map(Number) : SIZES;
  for (const size of sizes) {
    for (const shards of LAYOUTS) console.log(JSON.stringify(await measure(size, shards)));
  }
}

async function measure(size: number, shards: Shards): Promise<object> {
  const folder = await mkdtemp(path.join(tmpdir(), 'gitmodel-layouts-'));
  try {
    const [stream, store] = [path.join(folder, 'stream'), path.join(folder, 'store')];
    await writeImportStream(stream, size, shards);
    initRepository(store);
    fastImport(store, stream);
    const reading = await read(store, size, shards);
    return { size, ...shards, ...(await commit(store, size, shards)), ...reading };
  } finally {
    await rm(folder, { recursive: true });
  }
}

function modelIn(shards: Shards): typeof PageModel {
  @Model({ name: 'Page', ...(shards && { dataPath: sharded(shards) }) })
  class LaidOut extends PageModel {}
  return LaidOut;
}

/** Commits new records one by one: the objects and bytes of a commit, and the time. */
async function commit(store: string, size: number, shards: Shards): Promise<object> {
  await using ws = await Workspace.open(store);
  const Page = ws.register(modelIn(shards));
  const commits = async (first: number, count: number): Promise<void> => {
    for (let n = first; n < first + count; n++) await new Page(pageValues(n)).save({ commit: true });
  };
  await commits(size, WARM_UP);
  const seconds = await processorTime(() => commits(size + WARM_UP, COMMITS));
  checkRepository(store);
  const objects = git(store, 'rev-list', '--objects', '--no-object-names', `main~${COMMITS}..main`).split(
    '\n',
  );
  return {
    objects: round(objects.length / COMMITS),
    bytes: round(bytesOf(store, objects) / COMMITS),
    commitMilliseconds: round((seconds / COMMITS) * 1e3),
  };
}

/** Gets records in a workspace that has read nothing: the trees and bytes on the way to one, and the time. */
async function read(store: string, size: number, shards: Shards): Promise<object> {
  await using ws = await Workspace.open(store);
  const Page = ws.register(modelIn(shards));
  const ids = Array.from({ length: Math.min(READS, size) }, (_, n) => pageId(scattered(n, size)));
  const seconds = await processorTime(async () => {
    for (const id of ids) await Page.get(id);
  });
  const ways = ids.slice(0, SAMPLE).map((id) => treesAbove(pathOf(id, shards)));
  const trees = ways.flat().map((folder) => `main:${folder}`);
  return {
    trees: ways[0]?.length ?? 0,
    treeBytes: round(bytesOf(store, trees) / ways.length),
    getMicroseconds: round((seconds / ids.length) * 1e6),
  };
}

/** How much time of the processor something takes, in all threads of this process, in seconds. */
async function processorTime(operation: () => Promise<void>): Promise<number> {
  const start = process.cpuUsage();
  await operation();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
}

/** The folders on the way to a file, from the root. */
function treesAbove(file: string): string[] {
  const names = file.split('/');
  return names.map((_, depth) => names.slice(0, depth).join('/'));
}

/** The sizes of objects, all together. */
function bytesOf(store: string, objects: readonly string[]): number {
  const sizes = gitWith(store, objects.join('\n'), 'cat-file', '--batch-check=%(objectsize)').split('\n');
  return sizes.reduce((sum, size) => sum + Number(size), 0);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
