import path from 'node:path';
import { projectWithLibrary, transpile } from '../support/compiled';
import { runChild } from '../support/child-process';
import { expectCleanRepository, git, temporaryFolder } from '../support/temporary-repository';
import { openWorkspace } from '../support/workspaces';

/** What a process has done to files, in order: `sync <path>`, `name <path>` (renamed to it), `done`. */
type Events = readonly string[];

let project: string;

beforeAll(() => {
  project = projectWithLibrary();
});

/**
 * Commits in a process whose file system tells what it is asked for. Only that the system was asked to sync can be
 * seen; that it does so is its own affair.
 */
function eventsOf(
  durability: string,
  commits: string,
  { bare = true, fromTheBeginning = false } = {},
): { events: Events; folder: string } {
  const folder = path.join(temporaryFolder(), 'repository');
  const program = transpile(`
    const fs = require('node:fs');
    const promises = require('node:fs/promises');
    const [library, folder, durability] = process.argv.slice(1);
    const events: string[] = [];
    const names = new Map<number, string>();
    const tell = (what: string, file: string) => events.push(what + ' ' + require('node:path').relative(folder, file));
    const { openSync, fsync, renameSync } = fs;
    fs.openSync = (file: string, ...rest: unknown[]) => {
      const descriptor = openSync(file, ...rest);
      names.set(descriptor, file);
      return descriptor;
    };
    fs.fsync = (descriptor: number, done: Function) => {
      tell('sync', names.get(descriptor) as string);
      fsync(descriptor, done);
    };
    fs.renameSync = (from: string, to: string) => {
      renameSync(from, to);
      tell('name', to);
    };
    const { open, rename } = promises;
    promises.open = async (file: string, ...rest: unknown[]) => {
      const handle = await open(file, ...rest);
      const sync = handle.sync.bind(handle);
      handle.sync = async () => {
        tell('sync', file);
        await sync();
      };
      return handle;
    };
    promises.rename = async (from: string, to: string) => {
      await rename(from, to);
      tell('name', to);
    };
    const { Workspace } = require(library);
    const main = async () => {
      const ws = await Workspace.open(folder, { create: true, bare: ${bare}, durability });
      if (${fromTheBeginning}) return console.log(JSON.stringify(events));
      const notes = ws.records('note');
      const commit = (n: number) => notes.save({ id: 'n' + n, fields: { n } }, { commit: true, message: 'n' + n });
      await commit(0);
      events.length = 0;
      ${commits}
      events.push('done');
      await ws.close();
      console.log(JSON.stringify(events));
    };
    await main();`);
  const { stdout, stderr } = runChild(program, {
    args: [path.join(project, 'node_modules/gitmodel'), folder, durability],
  });
  expect(stderr).toBe('');
  // The new value of a reference is written beside it, under a name of which nobody else thinks.
  const events = (JSON.parse(stdout) as Events).map((each) => each.replace(/\.[0-9a-f]{40}\.lock$/, 'value'));
  return { events, folder };
}

const ONE = 'await commit(1);';
const MANY = 'await Promise.all(Array.from({ length: 60 }, (_, n) => commit(n + 1)));';
const REF = 'refs/heads/main';

describe('With the durability of fsync', () => {
  it('a commit has its objects on the disk, then their names, then the branch, before it is acknowledged', () => {
    const { events, folder } = eventsOf('fsync', ONE);
    const objects = events.filter((each) => /^name objects\/..\//.test(each));
    expect(objects).toHaveLength(5);
    const position = (event: string): number => {
      expect(events).toContain(event);
      return events.indexOf(event);
    };
    const firstName = events.findIndex((each) => each.startsWith('name'));
    expect(
      events.slice(0, firstName).filter((each) => each.startsWith('sync objects/tmp_obj_')),
    ).toHaveLength(5);
    for (const event of objects) {
      const folderOfObject = path.dirname(event.slice('name '.length));
      expect(position(`sync ${folderOfObject}`)).toBeGreaterThan(position(event));
      expect(position(`sync ${folderOfObject}`)).toBeLessThan(position('sync refs/heads/value'));
    }
    expect(position('sync objects')).toBeLessThan(position('sync refs/heads/value'));
    expect(position('sync refs/heads/value')).toBeLessThan(position(`name ${REF}`));
    expect(position(`name ${REF}`)).toBeLessThan(position('sync refs/heads'));
    expect(position('sync refs/heads')).toBeLessThan(position('done'));
    expectCleanRepository(folder);
  });

  it('commits that go together share the syncs', () => {
    const { events, folder } = eventsOf('fsync', MANY);
    const position = (pattern: RegExp): number => events.findIndex((each) => pattern.test(each));
    expect(events.filter((each) => each.startsWith('sync')).length).toBeLessThan(12);
    const order = [
      /^sync objects\/pack\/tmp_pack_/,
      /^name objects\/pack\/pack-.*\.pack$/,
      /^name objects\/pack\/pack-.*\.idx$/,
      /^sync objects\/pack$/,
      /^sync refs\/heads\/value$/,
      /^name refs\/heads\/main$/,
      /^sync refs\/heads$/,
      /^done$/,
    ].map(position);
    expect(order.every((each) => each >= 0)).toBe(true);
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(position(/^sync objects\/pack\/tmp_idx_/)).toBeLessThan(position(/\.idx$/));
    expect(git(folder, 'rev-list', '--count', 'main')).toBe('61');
    expectCleanRepository(folder);
  });
});

describe('With the durability of fsync, what was written early', () => {
  /** The syncs before the branch gets its last value. */
  const syncedFirst = (events: Events): string[] =>
    events.slice(0, events.lastIndexOf(`name ${REF}`)).filter((each) => each.startsWith('sync '));

  const blob = (from: string): string => `
    const { BlobField, GitModel, Model } = require(library);
    class Scan extends GitModel { declare file: unknown; }
    BlobField()(Scan.prototype, 'file');
    const Scans = ws.register(Model({ name: 'Scan' })(Scan) ?? Scan);
    const bytes = Buffer.alloc(2_000_000, 5);
    const source = ${from};
  `;
  const STREAM = `require('node:stream').Readable.from([bytes])`;

  it.each([
    ['by a save', `${blob(STREAM)} await new Scans({ file: source }).save({ commit: true, message: 'x' });`],
    [
      'from a file',
      `${blob(`(fs.writeFileSync(folder + '.bin', bytes), { file: folder + '.bin' })`)}
       await new Scans({ file: source }).save({ commit: true, message: 'x' });`,
    ],
    ['in a bulk', `${blob(STREAM)} await ws.bulk([new Scans({ file: source })], { message: 'x' });`],
    [
      'in a transaction',
      `${blob(STREAM)} await ws.transaction(() => new Scans({ file: source }).save(), { message: 'x' });`,
    ],
  ])('is on the disk before the branch leads to it: a large blob, %s', (_, code) => {
    const { events, folder } = eventsOf('fsync', code);
    const oid = git(folder, 'ls-tree', '-r', 'main')
      .split('\n')
      .map((line) => line.split(/\s/)[2] ?? '')
      .find((each) => git(folder, 'cat-file', '-s', each) === '2000000') as string;
    const file = `objects/${oid.slice(0, 2)}/${oid.slice(2)}`;
    expect(syncedFirst(events)).toEqual(
      expect.arrayContaining([`sync ${file}`, `sync ${path.dirname(file)}`, 'sync objects']),
    );
    expectCleanRepository(folder);
  });

  it('is on the disk before the branch leads to it: a pack of what was too much for memory', () => {
    const { events, folder } = eventsOf(
      'fsync',
      `const text = 'x'.repeat(1_000_000);
       for (let n = 1; n <= 40; n++) await notes.save({ id: 'n' + n, fields: { text } });
       await ws.commit({ message: 'many' });`,
    );
    const first = events.findIndex((each) => /^name objects\/pack\/.*\.idx$/.test(each));
    expect(first).toBeGreaterThanOrEqual(0);
    const moved = events.lastIndexOf(`name ${REF}`);
    expect(events.slice(first, moved)).toContain('sync objects/pack');
    // What came after it is in files of their own, as a few objects are: so nothing else has synced that folder.
    expect(events.filter((each) => /^name objects\/pack\/.*\.idx$/.test(each))).toHaveLength(1);
    expectCleanRepository(folder);
  });

  it('is on the disk before the branch leads to it: a tree of which somebody makes a commit', () => {
    const { events, folder } = eventsOf(
      'fsync',
      `await notes.save({ id: 'other', fields: {} });
       await ws.createCommit('main', await ws.index.writeTree(), { message: 'by hand' });`,
    );
    const named = events.filter((each) => /^name objects\/..\//.test(each));
    expect(named.length).toBeGreaterThan(2);
    for (const event of named) {
      expect(syncedFirst(events)).toContain(`sync ${path.dirname(event.slice('name '.length))}`);
    }
    expect(syncedFirst(events).filter((each) => each.startsWith('sync objects/tmp_obj_'))).toHaveLength(
      named.length,
    );
    expectCleanRepository(folder);
  });
});

describe('With the durability of fsync, before it gets its value,', () => {
  const order = (events: Events, expected: readonly RegExp[]): void => {
    const found = expected.map((pattern) => events.findIndex((each) => pattern.test(each)));
    expect({ events, missing: expected.filter((_, at) => (found[at] ?? -1) < 0) }).toMatchObject({
      missing: [],
    });
    expect(found).toEqual([...found].sort((a, b) => a - b));
  };

  it('a branch of which logs are kept is on the disk, and so are its logs', () => {
    const { events, folder } = eventsOf('fsync', ONE, { bare: false });
    order(events, [
      /^sync \.git\/refs\/heads\/value$/,
      /^name \.git\/refs\/heads\/main$/,
      /^sync \.git\/refs\/heads$/,
      /^done$/,
    ]);
    const moved = events.indexOf(`name .git/${REF}`);
    for (const log of [REF, 'HEAD']) {
      expect(events.slice(0, moved)).toContain(`sync .git/logs/${log}`);
    }
    expect(git(folder, 'reflog', 'show', '--format=%gs', 'main').split('\n')).toEqual([
      'commit: n1',
      'commit (initial): n0',
    ]);
    expectCleanRepository(folder);
  });

  it('a new branch is, and so are its folders after that', () => {
    const { events, folder } = eventsOf('fsync', `await ws.createBranch('deep/down');`);
    order(events, [
      /^sync refs\/heads\/deep\/value$/,
      /^name refs\/heads\/deep\/down$/,
      /^sync refs\/heads\/deep$/,
      /^done$/,
    ]);
    const moved = events.indexOf('name refs/heads/deep/down');
    for (const each of ['refs/heads', 'refs', '']) expect(events.slice(moved)).toContain(`sync ${each}`);
    expectCleanRepository(folder);
  });

  it('a branch that was packed is', () => {
    const pack = `require('node:child_process').execFileSync('git', ['pack-refs', '--all'], { cwd: folder });`;
    const { events, folder } = eventsOf('fsync', `${pack} ${ONE}`);
    order(events, [/^sync refs\/heads\/value$/, /^name refs\/heads\/main$/, /^sync refs\/heads$/, /^done$/]);
    expectCleanRepository(folder);
  });

  it.each([true, false])('a repository that is made is, with all that it needs; bare: %s', (bare) => {
    const { events } = eventsOf('fsync', '', { bare, fromTheBeginning: true });
    const named = events.findIndex((each) => each === (bare ? 'name ' : 'name .git'));
    expect(named).toBeGreaterThan(0);
    const synced = events.slice(0, named).map((each) => each.replace(/^sync .*new(?:\/\.git)?/, 'sync new'));
    for (const each of ['HEAD', 'config', 'objects', 'objects/pack', 'refs', 'refs/heads'])
      expect(synced).toContain(`sync new/${each}`);
    expect(synced).toContain('sync new');
    expect(events.slice(named)).toContain(bare ? 'sync ..' : 'sync ');
    expect(eventsOf('git', '', { bare, fromTheBeginning: true }).events).toHaveLength(1);
  });
});

describe('With the durability of git, the default', () => {
  it('single objects and the branch are not synced', () => {
    const { events } = eventsOf('git', ONE);
    expect(events.filter((each) => each.startsWith('sync'))).toEqual([]);
    expect(events.at(-2)).toBe(`name ${REF}`);
  });
});

describe('The durability', () => {
  it('can be changed, to one that there is', async () => {
    const ws = await openWorkspace();
    expect(ws.config.durability).toBe('git');
    ws.config.durability = 'fsync';
    expect(ws.config.durability).toBe('fsync');
    expect(() => {
      ws.config.durability = 'always' as 'git';
    }).toThrow(/"git" or "fsync"; 'always' is not/);
    await expect(openWorkspace(undefined, { durability: 'none' as 'git' })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      details: { option: 'durability', value: 'none' },
    });
  });
});
