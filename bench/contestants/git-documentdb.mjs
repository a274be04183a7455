/**
 * git-documentdb's part in the benchmarks: does one job, and prints how long it took; see
 * bench/harness/contestant.ts. Its queue takes a tenth of a second for each put, so stores are filled through
 * stock git, with the files that it would write itself.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { GitDocumentDB } from 'git-documentdb';

const job = JSON.parse(process.argv[2]);
const rows = readFileSync(job.records, 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line));
const db = new GitDocumentDB({
  dbName: path.basename(job.folder),
  localDir: path.dirname(job.folder),
  logLevel: 'fatal',
});

function populate() {
  for (const { id, fields } of rows.slice(0, job.size)) {
    writeFileSync(path.join(job.folder, `${id}.json`), JSON.stringify({ ...fields, _id: id }, null, 2));
  }
  const git = (...args) =>
    execFileSync('git', ['-c', 'user.name=bench', '-c', 'user.email=bench@local', ...args], {
      cwd: job.folder,
    });
  git('add', '.');
  git('commit', '--quiet', '--message', 'All');
}

async function measure(operation) {
  const start = performance.now();
  await operation();
  return (performance.now() - start) / 1000;
}

async function main() {
  await db.open();
  switch (job.operation) {
    case 'populate':
      populate();
      return { seconds: [] };
    case 'commit':
      return {
        seconds: [
          await measure(async () => {
            for (const { id, fields } of rows.slice(job.first, job.first + job.count))
              await db.put({ ...fields, _id: id });
          }),
        ],
      };
    default:
      throw new Error(`git-documentdb has no "${job.operation}".`);
  }
}

const answer = await main();
await db.close();
process.stdout.write(JSON.stringify(answer));
