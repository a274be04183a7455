import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Workspace } from 'gitmodel';
import { projectWithLibrary, transpile } from '../support/compiled';
import { expectCleanRepository, git, temporaryFolder } from '../support/temporary-repository';

/** How often the process is killed; less often where there is little time. */
const KILLS = Number(process.env.GITMODEL_STRESS_KILLS ?? 200);

/** How long after its first commit at most, in milliseconds. */
const MAX_LIFE = 150;

/** How often the whole repository is checked meanwhile, which takes longer and longer. */
const CHECK_EVERY = 20;

interface Life {
  /** What was acknowledged, in order: `commit` or `tag`, and an oid. */
  readonly acknowledged: readonly (readonly [what: string, oid: string])[];
  /** What it has said of errors; nothing, unless something is wrong. */
  readonly errors: string;
}

/** Lets the process work for a while, and kills it. */
async function liveAndDie(project: string, args: readonly string[]): Promise<Life> {
  const child = spawn(process.execPath, [path.join(project, 'killed-process.js'), ...args], { cwd: project });
  let [output, errors] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const exit = once(child, 'close');
  await Promise.race([once(child.stdout, 'data'), exit]);
  await sleep(Math.random() * MAX_LIFE);
  child.kill('SIGKILL');
  await exit;
  // What is not a whole line may be the beginning of one.
  const lines = output.split('\n').slice(0, -1);
  return { acknowledged: lines.map((line) => line.split(' ') as [string, string]), errors };
}

/** The lock files that are in a repository. */
function lockFiles(repository: string): string[] {
  return readdirSync(repository, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.lock'),
  );
}

describe(`A process that is killed ${KILLS} times while it commits`, () => {
  it('has lost nothing that was acknowledged, and the next one is not held up', async () => {
    const project = projectWithLibrary();
    const source = readFileSync(path.join(__dirname, 'killed-process.ts'), 'utf8');
    writeFileSync(path.join(project, 'killed-process.js'), transpile(source));
    const repository = path.join(temporaryFolder(), 'bare.git');
    const commits: string[] = [];
    let [lives, leftLocks, heldLocks] = [0, 0, 0];
    for (; lives < KILLS; lives++) {
      const durability = lives % 2 === 0 ? 'git' : 'fsync';
      const { acknowledged, errors } = await liveAndDie(project, [repository, durability, `life-${lives}`]);
      expect(errors).toBe('');
      // It has got at least one commit through, whatever the one before has left behind.
      expect(acknowledged[0]?.[0]).toBe('commit');
      for (const [what, oid] of acknowledged) if (what === 'commit') commits.push(oid);
      leftLocks += lockFiles(repository).length > 0 ? 1 : 0;
      heldLocks += git(repository, 'for-each-ref', 'refs/locks') === '' ? 0 : 1;
      const lastTag = acknowledged.findLast(([what]) => what === 'tag');
      if (lastTag) git(repository, 'cat-file', '-e', lastTag[1]);
      if (lives % CHECK_EVERY === 0) {
        expectCleanRepository(repository);
        // git knows nothing of processes that are gone; the upkeep makes way for it.
        const ws = await Workspace.open(repository);
        await ws.maintain();
        await ws.close();
        if (lives % (2 * CHECK_EVERY) === 0) git(repository, 'gc', '--quiet');
      }
    }
    const history = new Set(git(repository, 'rev-list', 'main').split('\n'));
    process.stdout.write(
      `${lives} kills, ${commits.length} commits acknowledged, ${history.size} in the history; ` +
        `lock files were left ${leftLocks} times, locks ${heldLocks} times\n`,
    );
    expect(commits.filter((oid) => !history.has(oid))).toEqual([]);
    // One that was on its way when the process was killed may be there too.
    expect(history.size).toBeLessThanOrEqual(commits.length + lives);
    expectCleanRepository(repository);
  }, 1_800_000);
});
