/** gitmodel's own part in the benchmarks: does one job, and prints how long it took. */
import { Workspace } from 'gitmodel';
import type { BoundModel } from 'gitmodel';
import { branchesOf } from '../harness/branches';
import type { Answer, Job } from '../harness/contestant';
import { versionsAfter } from '../harness/history';
import { PageModel, pageId, pageValues, ShardedPageModel } from '../page';
import type { PageValues } from '../page';
import { answer, elapsed } from './answer';
import { scattered } from './scattered';

type Page = BoundModel<typeof PageModel>;

const job = JSON.parse(process.argv[2] ?? '') as Job;

async function main(): Promise<Answer> {
  await using ws = await open(job.folder);
  const Page = ws.register(job.shards ? ShardedPageModel : PageModel);
  switch (job.operation) {
    case 'save':
      return await save(ws, Page);
    case 'bulk':
      return await bulk(ws, Page, pages(0, job.size));
    case 'bulk-streamed':
      return await bulk(ws, Page, generated(job.size));
    case 'commit':
      return await commit(ws, Page);
    case 'get':
      return { seconds: await repeatedly(4, () => elapsed(() => get(Page))) };
    case 'all':
      return { seconds: [await elapsed(() => all(Page))] };
    case 'diff':
      return await diff(ws);
    case 'merge':
      return await merge(ws);
    case 'history':
      return { seconds: await histories(Page) };
    default:
      throw new Error(`gitmodel has no "${job.operation}".`);
  }
}

async function save(ws: Workspace, Page: Page): Promise<Answer> {
  await warmUp(job.warmUp);
  const values = pages(0, job.size);
  let tree = '';
  const seconds = await elapsed(async () => {
    for (const each of values) await new Page(each).save();
    tree = await ws.index.writeTree();
  });
  return { seconds: [seconds], tree };
}

/** Saves records to another store, as if the process had been running for a while. */
async function warmUp(count: number): Promise<void> {
  await using ws = await open(`${job.folder}-warm-up`);
  const Page = ws.register(PageModel);
  for (const values of pages(0, count)) await new Page(values).save();
  await ws.index.writeTree();
}

async function bulk(ws: Workspace, Page: Page, values: Iterable<PageValues>): Promise<Answer> {
  const instances = function* (): Generator<InstanceType<Page>> {
    for (const each of values) yield new Page(each);
  };
  const seconds = await elapsed(() => ws.bulk(instances(), { message: 'All' }));
  return { seconds: [seconds], tree: ws.branch?.tree ?? '' };
}

async function commit(ws: Workspace, Page: Page): Promise<Answer> {
  const commitAll = async (values: Iterator<PageValues>): Promise<void> => {
    for (let next = values.next(); !next.done; next = values.next()) {
      await new Page(next.value).save({ commit: true, message: 'One' });
    }
  };
  const inFlight = async (values: readonly PageValues[]): Promise<void> => {
    const iterator = values[Symbol.iterator]();
    await Promise.all(Array.from({ length: job.inFlight }, () => commitAll(iterator)));
  };
  await inFlight(pages(job.first, job.warmUp));
  const measured = pages(job.first + job.warmUp, job.count);
  const seconds = await elapsed(() => inFlight(measured));
  return { seconds: [seconds], tree: ws.branch?.tree ?? '' };
}

/** Compares one pair of branches after another. */
async function diff(ws: Workspace): Promise<Answer> {
  const seconds: number[] = [];
  for (let n = 0; n < job.warmUp + job.count; n++) {
    const { ours, theirs } = branchesOf(job.first + n);
    const time = await elapsed(async () => {
      let count = 0;
      for await (const { id } of ws.diff(ours, theirs)) count += id === null ? 0 : 1;
      if (count === 0) throw new Error(`${ours} and ${theirs} do not differ.`);
    });
    if (n >= job.warmUp) seconds.push(time);
  }
  return { seconds };
}

/** Lists the versions of one record after another. */
async function histories(Page: Page): Promise<number[]> {
  const seconds: number[] = [];
  for (let n = 0; n < job.warmUp + job.count; n++) {
    let count = 0;
    const time = await elapsed(async () => {
      for await (const { commit } of Page.history(pageId(n))) count += commit.oid.length > 0 ? 1 : 0;
    });
    const expected = versionsAfter(job.size, n);
    if (count !== expected) throw new Error(`There are ${count} versions, not ${expected}.`);
    if (n >= job.warmUp) seconds.push(time);
  }
  return seconds;
}

/** Merges one pair of branches after another, each with a commit. */
async function merge(ws: Workspace): Promise<Answer> {
  const seconds: number[] = [];
  let tree = '';
  for (let n = 0; n < job.warmUp + job.count; n++) {
    const { ours, theirs } = branchesOf(job.first + n);
    await ws.setBranch(ours);
    const time = await elapsed(async () => {
      const { status, tree: merged } = await ws.merge(theirs, { message: 'Merge' });
      if (status !== 'merged') throw new Error(`${theirs} is not merged: ${status}.`);
      tree = merged;
    });
    if (n >= job.warmUp) seconds.push(time);
  }
  return { seconds, tree };
}

async function repeatedly(times: number, measure: () => Promise<number>): Promise<number[]> {
  const seconds: number[] = [];
  while (seconds.length < times) seconds.push(await measure());
  return seconds;
}

async function get(Page: Page): Promise<void> {
  for (let n = 0; n < job.count; n++) await Page.get(pageId(scattered(n, job.size)));
}

async function all(Page: Page): Promise<void> {
  let count = 0;
  for await (const page of Page.all()) count += page.slug.length > 0 ? 1 : 0;
  if (count !== job.size) throw new Error(`There are ${count} records, not ${job.size}.`);
}

function open(folder: string): Promise<Workspace> {
  return Workspace.open(folder, { create: true, bare: true, durability: job.durability });
}

function pages(first: number, count: number): PageValues[] {
  return [...generated(count, first)];
}

function* generated(count: number, first = 0): Generator<PageValues> {
  for (let n = first; n < first + count; n++) yield pageValues(n);
}

answer(main);
