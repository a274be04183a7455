/** gitmodel's own part in the benchmarks: does one job, and prints how long it took. */
import { readFileSync } from 'node:fs';
import { Workspace } from 'gitmodel';
import type { Answer, Job } from '../harness/contestant';
import { PageModel } from '../page';
import { scattered } from './scattered';

interface Row {
  readonly id: string;
  readonly fields: { slug: string; title: string; content: string; published: boolean };
}

const job = JSON.parse(process.argv[2] ?? '') as Job;
const rows = readFileSync(job.records, 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as Row);

async function main(): Promise<Answer> {
  await using ws = await Workspace.open(job.folder, { create: true, bare: true });
  const Page = ws.register(PageModel);
  switch (job.operation) {
    case 'save': {
      await warmUp(job.warmUp);
      const start = performance.now();
      for (const { fields } of rows.slice(0, job.size)) await new Page(fields).save();
      const tree = await ws.index.writeTree();
      return { seconds: [(performance.now() - start) / 1000], tree };
    }
    case 'populate': {
      for (const { fields } of rows.slice(0, job.size)) await new Page(fields).save();
      await ws.commit({ message: 'All' });
      return { seconds: [] };
    }
    case 'commit-one': {
      const commitOne = async ({ fields }: Row): Promise<unknown> =>
        new Page(fields).save({ commit: true, message: 'One' });
      const first = job.first + job.warmUp;
      for (const row of rows.slice(job.first, first)) await commitOne(row);
      const start = performance.now();
      for (const row of rows.slice(first, first + job.count)) await commitOne(row);
      return { seconds: [(performance.now() - start) / 1000], tree: ws.branch?.tree ?? '' };
    }
    case 'get': {
      const seconds = [];
      for (let pass = 0; pass < 2; pass++) {
        const start = performance.now();
        for (let n = 0; n < job.count; n++) await Page.get(rows[scattered(n, job.size)]?.id ?? '');
        seconds.push((performance.now() - start) / 1000);
      }
      return { seconds };
    }
    case 'all': {
      const start = performance.now();
      let count = 0;
      for await (const page of Page.all()) count += page.slug.length > 0 ? 1 : 0;
      if (count !== job.size) throw new Error(`There are ${count} records, not ${job.size}.`);
      return { seconds: [(performance.now() - start) / 1000] };
    }
    default:
      throw new Error(`gitmodel has no "${job.operation}".`);
  }
}

/** Saves records to another store, as if the process had been running for a while. */
async function warmUp(count: number): Promise<void> {
  await using ws = await Workspace.open(`${job.folder}-warm-up`, { create: true, bare: true });
  const Page = ws.register(PageModel);
  for (const { fields } of rows.slice(0, count)) await new Page(fields).save();
  await ws.index.writeTree();
}

main().then(
  (answer) => {
    process.stdout.write(JSON.stringify(answer));
  },
  (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  },
);
