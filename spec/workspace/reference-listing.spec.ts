import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import nodePath from 'node:path';
import { Workspace } from 'gitmodel';
import type { BrokenReferenceError, ListOptions } from 'gitmodel';
import { errorOf } from '../support/error-of';
import { commitFiles, git, temporaryRepository } from '../support/temporary-repository';

const MISSING = '1234567890'.repeat(4);

const opened: Workspace[] = [];

// The repositories are damaged on purpose, so that git is not asked whether they are sound.
afterEach(async () => {
  for (const each of opened.splice(0)) await each.close();
});

/** A repository with a sound branch and tag, and one reference of each kind that is broken, of each. */
async function openBroken(): Promise<{
  readonly path: string;
  readonly ws: Workspace;
  readonly oid: string;
}> {
  const path = temporaryRepository();
  const oid = commitFiles(path, 'refs/heads/main', { files: { 'a.txt': 'A' } });
  git(path, 'tag', 'sound');
  const cut = commitFiles(path, 'refs/heads/cut', { message: 'Cut off' });
  git(path, 'tag', 'cut', cut);
  writeFileSync(
    nodePath.join(path, '.git/packed-refs'),
    `${MISSING} refs/heads/packed\n${MISSING} refs/tags/packed\n`,
  );
  for (const folder of ['.git/refs/heads', '.git/refs/tags'].map((each) => nodePath.join(path, each))) {
    mkdirSync(nodePath.join(folder, 'x'));
    for (const [name, content] of Object.entries({
      'x/garbage': 'garbage',
      empty: '',
      missing: `${MISSING}\n`,
      dangling: 'ref: refs/heads/none\n',
    })) {
      writeFileSync(nodePath.join(folder, name), content);
    }
  }
  const file = nodePath.join(path, '.git/objects', cut.slice(0, 2), cut.slice(2));
  rmSync(file);
  writeFileSync(file, 'no object');
  const ws = await Workspace.open(path);
  opened.push(ws);
  return { path, ws, oid };
}

const NAMES = ['cut', 'dangling', 'empty', 'missing', 'packed', 'x/garbage'];

describe.each(['branches', 'tags'] as const)('A list of %s', (kind) => {
  it('leaves out what is broken, and tells of it when asked to', async () => {
    const { ws, oid } = await openBroken();
    const prefix = kind === 'tags' ? 'refs/tags/' : 'refs/heads/';
    const broken: BrokenReferenceError[] = [];
    const listed = await ws[kind].list({ onBroken: (error) => broken.push(error) });
    expect(listed).toMatchObject([{ name: kind === 'tags' ? 'sound' : 'main', oid }]);
    expect(await ws[kind].list()).toEqual(listed);
    expect(broken.map(({ details }) => details.ref).sort()).toEqual(NAMES.map((name) => `${prefix}${name}`));
    for (const { code, message, details } of broken) {
      expect(code).toBe('BROKEN_REFERENCE');
      expect(message).toContain(
        `${String(details.ref)} is broken: ${String(details.reason).replace(/\.$/, '')}`,
      );
    }
  });

  it('tells of those only that it is asked for', async () => {
    const { ws } = await openBroken();
    const broken: unknown[] = [];
    const onBroken: ListOptions['onBroken'] = ({ details }) => broken.push(details.ref);
    expect(await ws[kind].list({ pattern: '*a*g*', onBroken })).toEqual([]);
    expect(broken).toHaveLength(2); // dangling and x/garbage
  });

  it('gives up what throws while it is told, and refuses what cannot be told', async () => {
    const { ws } = await openBroken();
    const onBroken = (error: BrokenReferenceError): never => {
      throw error;
    };
    expect((await errorOf(() => ws[kind].list({ onBroken }))).code).toBe('BROKEN_REFERENCE');
    expect(await errorOf(() => ws[kind].list({ onBroken: true as never }))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      details: { option: 'onBroken' },
    });
  });
});

it('What the message about a broken branch says to do makes the repository whole', async () => {
  const { path, ws } = await openBroken();
  const messages: string[] = [];
  await ws.branches.list({ onBroken: ({ message }) => messages.push(message) });
  for (const message of messages) {
    const file = /Remove the file "(.*?)"/.exec(message)?.[1];
    const ref = /"git update-ref -d (.*?)"/.exec(message)?.[1];
    if (file !== undefined) rmSync(file);
    else git(path, 'update-ref', '-d', String(ref));
  }
  expect(messages).toHaveLength(NAMES.length);
  expect(existsSync(nodePath.join(path, '.git/refs/heads/main'))).toBe(true);
  expect(git(path, 'for-each-ref', '--format=%(refname)', 'refs/heads')).toBe('refs/heads/main');
});
