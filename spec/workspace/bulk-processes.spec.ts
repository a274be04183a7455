import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { projectWithLibrary, transpile } from '../support/compiled';
import { PageModel } from '../support/sample-models';
import { expectCleanRepository, git } from '../support/temporary-repository';
import {
  copyRepository,
  emptyRepository,
  expectLog,
  filesAt,
  once,
  openWorkspace,
} from '../support/workspaces';
import type { BulkOrder, BulkReport } from './bulk-process';

/** So many records that a thread writes their pack, and more than a frame is on its way at any time. */
const COUNT = 12_000;

const project = once(() => {
  const folder = projectWithLibrary();
  const source = readFileSync(path.join(__dirname, 'bulk-process.ts'), 'utf8');
  writeFileSync(path.join(folder, 'bulk-process.js'), transpile(source));
  return folder;
});

/** A repository with one commit. */
const original = once(async () => {
  const folder = emptyRepository();
  const ws = await openWorkspace(folder);
  await new (ws.register(PageModel))({ slug: 'first', title: 'First' }).save({
    commit: true,
    message: 'First',
  });
  await ws.close();
  expectLog(folder, ['First']);
  return folder;
});

function command(order: BulkOrder): string[] {
  return [path.join(project(), 'bulk-process.js'), JSON.stringify(order)];
}

/** Kills a process that saves records when it has printed a line, or so many milliseconds later. */
async function killAt(repository: string, line: string, later = 0): Promise<void> {
  const child: ChildProcess = spawn(process.execPath, command({ repository, count: COUNT }), {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  for await (const each of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
    if (each !== line) continue;
    if (later > 0) await new Promise((resolve) => setTimeout(resolve, later));
    child.kill('SIGKILL');
  }
  await ended;
}

function leftovers(repository: string): string[] {
  return readdirSync(path.join(repository, '.git/objects/pack')).filter((name) => name.startsWith('tmp_'));
}

describe('A process that saves many records and is killed', () => {
  it.each([
    ['at the beginning', '0', 0],
    ['in the middle', '5000', 0],
    ['near the end', '11000', 0],
    ['when it has the last', 'all', 0],
    ['a little later', 'all', 30],
    ['later still', 'all', 90],
  ])(
    'leaves what was there before, or all: %s',
    async (_moment, line, later) => {
      const repository = copyRepository(await original());
      await killAt(repository, line, later);
      expectCleanRepository(repository);
      const subject = git(repository, 'log', '-1', '--format=%s', 'main');
      expect(['First', 'Bulk']).toContain(subject);
      if (line !== 'all') expect(subject).toBe('First');
      expect(filesAt(repository, 'main')).toHaveLength(subject === 'First' ? 1 : COUNT + 1);

      // Nothing is in the way of the next.
      const ws = await openWorkspace(repository);
      const Page = ws.register(PageModel);
      await ws.bulk([new Page({ slug: 'next', title: 'Next' })], { message: 'Next' });
      expectLog(repository, subject === 'First' ? ['Next', 'First'] : ['Next', 'Bulk', 'First']);
      git(repository, 'gc', '--quiet', '--prune=now');
      expect(leftovers(repository)).toEqual([]);
    },
    120_000,
  );
});

describe('A process that saves many records on a full disk', () => {
  it('gets an error, and leaves what was there before', async () => {
    const repository = copyRepository(await original());
    const shell = [
      '-c',
      'ulimit -f 200; exec "$0" "$@"',
      process.execPath,
      ...command({ repository, count: COUNT }),
    ];
    // Its own output is no file, which may be as long as it likes.
    const { stdout } = spawnSync('sh', shell, { encoding: 'utf8' });
    const report = JSON.parse(stdout.trim().split('\n').at(-1) as string) as BulkReport;
    expect(report.code).toBe('OBJECT_WRITE_FAILED');
    expect(readdirSync(path.join(repository, '.git/objects/pack'))).toEqual([]);
    expectLog(repository, ['First']);
    expectCleanRepository(repository);
  }, 120_000);
});
