import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { projectWithLibrary, transpile } from '../../support/compiled';
import { errorOf } from '../../support/error-of';
import { commitFiles, ENVIRONMENT, git, temporaryFolder } from '../../support/temporary-repository';
import { emptyRepository, expectLog, openWorkspace } from '../../support/workspaces';

let project: string;
const running: ChildProcess[] = [];

beforeAll(() => {
  project = projectWithLibrary();
  const source = readFileSync(path.join(__dirname, 'locking-process.ts'), 'utf8');
  writeFileSync(path.join(project, 'locking-process.js'), transpile(source));
});

afterEach(() => {
  for (const each of running.splice(0)) each.kill('SIGKILL');
});

function start(...args: string[]): ChildProcess {
  const child = spawn(process.execPath, [path.join(project, 'locking-process.js'), ...args], {
    cwd: project,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  running.push(child);
  return child;
}

/** A repository, and a process that holds a lock of it. */
async function held(): Promise<{ readonly repository: string; readonly holder: ChildProcess }> {
  const repository = emptyRepository();
  const holder = start(repository, 'hold');
  await once(holder.stdout as NodeJS.ReadableStream, 'data');
  return { repository, holder };
}

async function kill(child: ChildProcess, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
  const exit = once(child, 'exit');
  child.kill(signal);
  await exit;
}

describe('A lock that several processes want', () => {
  it('is held by one of them at a time, while git packs references and collects garbage', async () => {
    const repository = emptyRepository();
    commitFiles(repository, 'refs/heads/main', { message: 'One' });
    const file = path.join(temporaryFolder(), 'count');
    writeFileSync(file, '0');
    const script = 'while sleep 0.02; do git pack-refs --all; git gc --quiet; done';
    const beside = spawn('sh', ['-c', script], {
      cwd: repository,
      env: ENVIRONMENT,
      detached: true,
      stdio: 'ignore',
    });
    const processes = [1, 2, 3, 4].map(() => start(repository, '15', file));
    const ends = await Promise.all(processes.map((each) => once(each, 'exit')));
    const stopped = once(beside, 'exit');
    process.kill(-(beside.pid as number), 'SIGTERM');
    await stopped;

    expect(ends.map(([status]) => status as number)).toEqual([0, 0, 0, 0]);
    expect(readFileSync(file, 'utf8')).toBe('60');
    expect(git(repository, 'for-each-ref', 'refs/locks')).toBe('');
    expectLog(repository, ['One']);
  }, 120_000);

  it('is told to be held, and by whom', async () => {
    const { repository, holder } = await held();
    const ws = await openWorkspace(repository);
    const error = await errorOf(() => ws.lock('counter', () => undefined, { timeout: 30, interval: 5 }));
    expect(error).toMatchObject({
      code: 'LOCK_WAIT_TIMEOUT',
      details: {
        ref: 'refs/locks/other/counter',
        id: 'counter',
        model: null,
        owner: { owner: 'gitmodel <gitmodel@local>', pid: holder.pid },
      },
    });
    expect(error.message).toContain(`process ${String(holder.pid)} on `);
    expect(await ws.lock('another', () => 'free')).toBe('free');
  });

  it('is free at once when its holder was killed', async () => {
    const { repository, holder } = await held();
    await kill(holder);
    const ws = await openWorkspace(repository);
    expect(git(repository, 'for-each-ref', '--format=%(refname)')).toBe('refs/locks/other/counter');
    git(repository, 'pack-refs', '--all');
    expect(await ws.lock('counter', () => 'mine', { timeout: 0 })).toBe('mine');
    expect(git(repository, 'for-each-ref')).toBe('');
  });

  it('is taken over when its holder was stopped for too long, which does not take it back', async () => {
    const repository = emptyRepository();
    const program = `
      const { Workspace } = require('gitmodel');
      (async () => {
        const ws = await Workspace.open(process.argv[1]);
        await ws.lock('counter', async (lock) => {
          lock.signal.addEventListener('abort', () => console.log(lock.signal.reason.code));
          const alive = setInterval(() => undefined, 1000);
          const told = new Promise((resolve) => process.once('SIGUSR2', resolve));
          console.log('held');
          await told;
          clearInterval(alive);
          try { lock.assertHeld(); } catch (error) { console.log(error.code); }
        }, { expiry: 200 }).catch((error) => console.log(error.code));
      })();`;
    const holder = spawn(process.execPath, ['-e', program, repository], { cwd: project });
    running.push(holder);
    let output = '';
    holder.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    await once(holder.stdout, 'data');
    holder.kill('SIGSTOP');
    const ws = await openWorkspace(repository);
    await ws.lock(
      'counter',
      async (lock) => {
        const [exit, before] = [once(holder, 'exit'), git(repository, 'for-each-ref')];
        holder.kill('SIGCONT');
        holder.kill('SIGUSR2');
        await exit;
        lock.assertHeld();
        expect(git(repository, 'for-each-ref')).toBe(before);
      },
      { interval: 10 },
    );
    expect(output.trim().split('\n')).toEqual(['held', 'LOCK_LOST', 'LOCK_LOST', 'LOCK_LOST']);
  });
});
