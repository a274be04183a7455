/** The benchmarks' command line; see `--help`. */
import { diff, merge } from './cases/branches';
import { bulk, bulkFlat } from './cases/bulk';
import type { Case, Contestants } from './cases/case';
import { commitConcurrent, commitFsync, commitGrowth, commitOne } from './cases/commit';
import { history } from './cases/history';
import { loadSave } from './cases/load-save';
import { memory } from './cases/memory';
import { all, getCold, getWarm } from './cases/read';
import { save } from './cases/save';
import { Arena } from './harness/arena';
import { gitDocumentDb, gitmodel, pygit2 } from './harness/contestant';
import { parseOptions, usage, UsageError } from './harness/options';
import type { Options } from './harness/options';
import { jsonLine, table } from './harness/report';
import type { Result } from './harness/result';

const CASES: readonly Case[] = [
  ...[save, bulk, bulkFlat],
  ...[commitOne, commitConcurrent, commitFsync, commitGrowth],
  ...[getCold, getWarm, all],
  ...[diff, merge, history],
  ...[memory, loadSave],
];
const NAMES = CASES.map(({ name }) => name);

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2), NAMES);
  if (options.help) {
    console.log(usage(NAMES));
    return;
  }
  const results: Result[] = [];
  for await (const result of measure(options)) {
    results.push(result);
    if (options.json) console.log(jsonLine(result));
  }
  if (!options.json) console.log(table(results));
}

async function* measure({ cases, sizes, long, runs }: Options): AsyncGenerator<Result, void> {
  const contestants: Contestants = { gitmodel: gitmodel(), pygit2: pygit2(), gitDocumentDb: gitDocumentDb() };
  await using arena = await Arena.open(runs, (text) => {
    console.error(text);
  });
  for (const each of CASES) {
    if (cases.length > 0 && !cases.includes(each.name)) continue;
    const results: Result[] = [];
    const own = [...each.sizes, ...(long ? (each.longSizes ?? []) : [])];
    for (const records of sizes.length > 0 ? sizes : own) {
      results.push(...(await each.run(arena, contestants, records)));
    }
    yield* results;
    yield* each.summarize?.(results) ?? [];
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof UsageError ? error.message : error);
  process.exitCode = 1;
});
