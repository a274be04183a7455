/**
 * A program of its own: saves many records in one commit, and says on the way what it has come to. What it is to do is
 * JSON in its first argument.
 */
import { readFileSync } from 'node:fs';
import { CharField, GitModel, Model, sharded, SlugField, Workspace } from 'gitmodel';

@Model({ name: 'Page', dataPath: sharded({ width: 2, levels: 2 }) })
class PageModel extends GitModel {
  @SlugField({ id: true }) slug!: string;
  @CharField() title!: string;
}

/** What the process is to do. */
export interface BulkOrder {
  readonly repository: string;
  readonly count: number;
}

/** What it prints in the end, as JSON. */
export interface BulkReport {
  readonly code: string | null;
  readonly seconds: number;
  /** The highest resident memory, in MB. */
  readonly peak: number;
}

function peakMegabytes(): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1024;
  } catch {
    return process.resourceUsage().maxRSS / 1024;
  }
}

async function main({ repository, count }: BulkOrder): Promise<BulkReport> {
  await using ws = await Workspace.open(repository);
  const Page = ws.register(PageModel);
  function* pages(): Generator<PageModel> {
    for (let n = 0; n < count; n++) {
      if (n % 1000 === 0) process.stdout.write(`${n}\n`);
      yield new Page({
        slug: `page-${String(n).padStart(7, '0')}`,
        title: `The page number ${n}, ${'x'.repeat(n % 200)}`,
      });
    }
    process.stdout.write('all\n');
  }
  const begin = performance.now();
  const code = await ws.bulk(pages(), { message: 'Bulk' }).then(
    () => null,
    (error: unknown) => (error as { code?: string }).code ?? String(error),
  );
  return { code, seconds: (performance.now() - begin) / 1000, peak: peakMegabytes() };
}

main(JSON.parse(process.argv[2] as string) as BulkOrder).then(
  (report) => {
    process.stdout.write(`${JSON.stringify(report)}\n`);
  },
  (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  },
);
