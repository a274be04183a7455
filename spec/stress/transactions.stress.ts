import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Workspace } from 'gitmodel';
import { projectWithLibrary, transpile } from '../support/compiled';
import { ENVIRONMENT, expectCleanRepository, git, temporaryFolder } from '../support/temporary-repository';

/** How long the processes run, in milliseconds; shorter where there is little time. */
const MILLISECONDS = Number(process.env.GITMODEL_STRESS_SECONDS ?? 30) * 1000;

const PROCESSES = 4;

/** What the two accounts have in the beginning. */
const BALANCE = 40;

interface Done {
  readonly counted: number;
  readonly withdrawn: number;
}

/** A folder that either loop makes while the other one is to wait. */
const TURN = 'turn-of-stock-git';

/**
 * Commits with stock git again and again, beside what is there, and counts how often it got through. It waits while stock
 * git cleans up: `git gc --prune=now` takes from stock git, as its documentation says, what nothing refers to yet.
 */
const COMMIT_LOOP = `
  end=$(( $(date +%s) + $1 )); n=0
  while [ $(date +%s) -lt $end ]; do
    if mkdir ${TURN} 2> /dev/null; then
      tip=$(git rev-parse refs/heads/main)
      commit=$(git commit-tree -m "stock git" -p $tip $tip^{tree})
      if git update-ref refs/heads/main $commit $tip 2> /dev/null; then n=$((n + 1)); fi
      rmdir ${TURN}
    fi
    sleep 0.05
  done
  printf '{"commits":%d}' $n`;

/** What cleans up beside them. */
const CLEAN_LOOP = `
  end=$(( $(date +%s) + $1 )); n=0
  while [ $(date +%s) -lt $end ]; do
    if mkdir ${TURN} 2> /dev/null; then
      git gc --quiet --prune=now 2> /dev/null && git pack-refs --all 2> /dev/null && n=$((n + 1))
      rmdir ${TURN}
    fi
    sleep 0.1
  done
  printf '{"cleaned":%d}' $n`;

async function run(command: string, args: readonly string[], cwd: string, env: object): Promise<unknown> {
  const child = spawn(command, args, { cwd, env: { ...process.env, ...env } });
  let [output, errors] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const [status] = (await once(child, 'close')) as [number | null];
  expect({ status, errors }).toEqual({ status: 0, errors: '' });
  return JSON.parse(output);
}

async function prepare(repository: string): Promise<void> {
  const ws = await Workspace.open(repository, { create: true, bare: true });
  const tallies = ws.records('tally');
  const save = (name: string, count: number): Promise<unknown> =>
    tallies.save({ id: name, model: 'Tally', fields: { name, count, total: 0, log: [] } });
  await save('shared', 0);
  await save('left', BALANCE / 2);
  await save('right', BALANCE / 2);
  await ws.commit({ message: 'Begun' });
  await ws.close();
}

describe.each([
  { beside: 'nothing else', cleaners: 0 },
  { beside: 'git gc --prune=now and git pack-refs --all', cleaners: 1 },
])('Transactions of several processes, beside $beside', ({ cleaners }) => {
  it(
    'lose no update, and are as if one had run after the other where they are to be',
    async () => {
      const project = projectWithLibrary();
      const source = readFileSync(path.join(__dirname, 'transacting-process.ts'), 'utf8');
      writeFileSync(path.join(project, 'transacting-process.js'), transpile(source));
      const repository = path.join(temporaryFolder(), 'bare.git');
      await prepare(repository);
      const seconds = String(Math.ceil(MILLISECONDS / 1000));
      const shell = (loop: string): Promise<unknown> =>
        run('sh', ['-c', loop, 'sh', seconds], repository, ENVIRONMENT);
      const [stock, ...rest] = await Promise.all([
        shell(COMMIT_LOOP),
        ...Array.from({ length: PROCESSES }, (_, n) =>
          run(
            process.execPath,
            ['transacting-process.js', repository, `p${n}`, String(MILLISECONDS)],
            project,
            {},
          ),
        ),
        ...Array.from({ length: cleaners }, () => shell(CLEAN_LOOP)),
      ]);
      const done = rest.slice(0, PROCESSES) as Done[];
      const cleanings = rest.slice(PROCESSES) as { readonly cleaned: number }[];
      const counted = done.reduce((sum, each) => sum + each.counted, 0);
      const withdrawn = done.reduce((sum, each) => sum + each.withdrawn, 0);

      const ws = await Workspace.open(repository);
      const [shared, left, right] = await ws.records('tally').getMany(['shared', 'left', 'right']);
      await ws.close();
      expect(shared?.fields).toMatchObject({ count: counted, total: counted });
      const log = shared?.fields.log as string[];
      expect([log.length, new Set(log).size]).toEqual([counted, counted]);
      const balance = Number(left?.fields.count) + Number(right?.fields.count);
      expect(balance).toBe(BALANCE - withdrawn);
      expect(balance).toBeGreaterThanOrEqual(0);
      expect(counted).toBeGreaterThan(PROCESSES);
      const { commits } = stock as { commits: number };
      const subjects = git(repository, 'log', '--format=%s', 'main').split('\n');
      expect(subjects.filter((subject) => subject === 'stock git')).toHaveLength(commits);
      expect(subjects).toHaveLength(1 + commits + counted + withdrawn);
      for (const { cleaned } of cleanings) expect(cleaned).toBeGreaterThan(0);
      expectCleanRepository(repository);
      process.stdout.write(`${counted} counted, ${withdrawn} withdrawn, ${commits} by stock git\n`);
    },
    4 * MILLISECONDS + 120_000,
  );
});
