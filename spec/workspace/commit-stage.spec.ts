import { rmSync, writeFileSync } from 'node:fs';
import nodePath from 'node:path';
import type { CommitOptions } from 'gitmodel';
import { errorOf } from '../support/error-of';
import { commitFiles, git } from '../support/temporary-repository';
import {
  emptyRepository,
  commitMeanwhile,
  expectLog,
  filesAt,
  openPages,
  openWorkspace,
} from '../support/workspaces';

const TIME = new Date(1_600_000_000_000);
const ANN = { name: 'Ann Áuthor', email: 'ann@example.com', time: TIME, offset: 0 };

describe('commit', () => {
  it('moves the branch to a commit of what is staged, and stages nothing any more', async () => {
    const { path, ws, Page } = await openPages();
    await new Page({ slug: 'a', title: 'A' }).save();
    const tree = await ws.index.writeTree();
    const oid = await ws.commit({ message: 'One' });

    expect(oid).toBe(git(path, 'rev-parse', 'refs/heads/main'));
    expect(git(path, 'rev-parse', 'HEAD^{tree}')).toBe(tree);
    expect(ws.branch?.oid).toBe(oid);
    expect(await ws.hasChanges()).toBe(false);
    expectLog(path, ['One']);
  });

  it('gives null and makes no commit when nothing has changed', async () => {
    const { path, ws, Page } = await openPages();
    expect(await ws.commit({ message: 'Nothing' })).toBeNull();
    await new Page({ slug: 'a', title: 'A' }).save({ commit: true, message: 'One' });
    expect(await ws.commit({ message: 'Nothing' })).toBeNull();
    await new Page({ slug: 'b', title: 'B' }).save();
    await Page.delete('b');

    expect(await ws.commit({ message: 'Nothing, after all' })).toBeNull();
    expectLog(path, ['One']);
  });

  it('has the commit that the index was based on as its parent', async () => {
    const { path, ws, Page } = await openPages();
    await new Page({ slug: 'a', title: 'A' }).save({ commit: true, message: 'One' });
    const parent = ws.branch?.oid;
    await new Page({ slug: 'b', title: 'B' }).save();
    await ws.commit({ message: 'Two' });

    expect(git(path, 'log', '-1', '--format=%P')).toBe(parent);
    expectLog(path, ['Two', 'One']);
  });

  it.each<[string, CommitOptions, string]>([
    [
      'the author for both when only that is given',
      { author: ANN },
      'Ann Áuthor|ann@example.com|1600000000 +0000|Ann Áuthor|ann@example.com|1600000000 +0000',
    ],
    [
      'an author and a committer',
      { author: ANN, committer: { name: 'Bea', email: 'b', time: new Date(1_700_000_000_999), offset: 845 } },
      'Ann Áuthor|ann@example.com|1600000000 +0000|Bea|b|1700000000 +1405',
    ],
    [
      'an offset west of Greenwich, of less than an hour',
      { author: { ...ANN, offset: -30 } },
      'Ann Áuthor|ann@example.com|1600000000 -0030|Ann Áuthor|ann@example.com|1600000000 -0030',
    ],
    [
      'the first second of 1970',
      { author: { ...ANN, time: new Date(0), offset: 60 } },
      'Ann Áuthor|ann@example.com|0 +0100|Ann Áuthor|ann@example.com|0 +0100',
    ],
    [
      'a second that needs more than 32 bits',
      { author: { ...ANN, time: new Date(5_000_000_000_000) } },
      'Ann Áuthor|ann@example.com|5000000000 +0000|Ann Áuthor|ann@example.com|5000000000 +0000',
    ],
  ])('shows %s to `git log`', async (_what, options, shown) => {
    const { path, ws } = await openPages();
    await ws.index.addBlob('a.txt', 'a');
    await ws.commit({ message: 'One', ...options });

    expect(git(path, 'log', '--date=raw', '--format=%an|%ae|%ad|%cn|%ce|%cd')).toBe(shown);
    expectLog(path, ['One']);
  });

  it('is signed by the author of the settings when nobody is named', async () => {
    const { path, ws } = await openPages({ author: ANN, timeZoneOffset: 120 });
    await ws.index.addBlob('a.txt', 'a');
    await ws.commit({ message: 'One' });

    expect(git(path, 'log', '--format=%an <%ae>, %cn <%ce>')).toBe(
      'Ann Áuthor <ann@example.com>, Ann Áuthor <ann@example.com>',
    );
    expectLog(path, ['One']);
  });

  it.each([
    ['as it is', 'Subject\n\nBody, é☃🐙\n# not a comment\n', ['Subject']],
    ['without the newline that `git commit` adds', 'Subject', ['Subject']],
    ['with spaces around it', '  Subject  \n\n\n', ['  Subject']],
    ['of nothing', '', ['']],
  ])('stores the message %s', async (_what, message, subjects) => {
    const { path, ws } = await openPages();
    await ws.index.addBlob('a.txt', 'a');
    const oid = (await ws.commit({ message })) as string;

    expect(git(path, 'cat-file', 'commit', oid).split('\n\n').slice(1).join('\n\n')).toBe(
      message.replace(/\n$/, ''),
    );
    expect(ws.branch?.commit.message).toBe(message);
    expectLog(path, subjects);
  });

  it('writes to the log of the branch, as git does', async () => {
    const { path, ws } = await openPages();
    for (const message of ['One\n\nBody', 'Two']) {
      await ws.index.addBlob('a.txt', message);
      await ws.commit({ message });
    }

    expect(git(path, 'reflog', 'show', '--format=%gs', 'main').split('\n')).toEqual([
      'commit: Two',
      'commit (initial): One',
    ]);
    expectLog(path, ['Two', 'One']);
  });

  it.each<[string, CommitOptions, string]>([
    ['a message with NUL', { message: 'a\0b' }, 'message'],
    ['a message that is no text', { message: 5 as never }, 'message'],
    ['a message that is null', { message: null as never }, 'message'],
    ['an author without an email', { author: { name: 'Ann', email: '' } }, 'author.email'],
    ['a committer who is a text', { committer: 'Ann' as never }, 'committer'],
  ])('refuses %s, and everything stays staged', async (_what, options, option) => {
    const { path, ws } = await openPages();
    await ws.index.addBlob('a.txt', 'a');

    expect(await errorOf(() => ws.commit(options))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      details: { option },
    });
    expect(await ws.hasChanges()).toBe(true);
    await ws.commit({ message: 'One' });
    expectLog(path, ['One']);
  });

  it('is refused when somebody else has moved the branch, and everything stays staged', async () => {
    const { path, ws, Page } = await openPages();
    const expected = await new Page({ slug: 'a', title: 'A' }).save({ commit: true, message: 'One' });
    const actual = commitMeanwhile(path);
    await new Page({ slug: 'b', title: 'B' }).save();

    for (let time = 0; time < 2; time++) {
      expect(await errorOf(() => ws.commit({ message: 'Two' }))).toMatchObject({
        code: 'CONCURRENT_UPDATE',
        message:
          `refs/heads/main was moved by somebody else: it was at ${expected ?? ''} when the changes were based ` +
          `on it, and is at ${actual} now. Nothing was overwritten. Update the index to the branch and make ` +
          'the changes again.',
        details: { ref: 'refs/heads/main', expected, actual },
      });
    }
    expect(await Page.get('b')).toMatchObject({ title: 'B' });
    expect(git(path, 'rev-parse', 'main')).toBe(actual);
    await ws.updateIndex(undefined, { discardChanges: true });
    await new Page({ slug: 'b', title: 'B' }).save({ commit: true, message: 'Two' });
    expectLog(path, ['Two', 'Meanwhile', 'One']);
  });

  it('is refused when somebody else has deleted the branch, or brought it into being', async () => {
    const { path, ws } = await openPages();
    await ws.index.addBlob('a.txt', 'a');
    const theirs = commitFiles(path, 'refs/heads/main', { message: 'Theirs' });

    expect(await errorOf(() => ws.commit({ message: 'Ours' }))).toMatchObject({
      code: 'CONCURRENT_UPDATE',
      details: { ref: 'refs/heads/main', expected: null, actual: theirs },
    });
    await ws.updateIndex(undefined, { discardChanges: true });
    await ws.index.addBlob('a.txt', 'a');
    git(path, 'update-ref', '-d', 'refs/heads/main');
    expect(await errorOf(() => ws.commit({ message: 'Ours' }))).toMatchObject({
      code: 'CONCURRENT_UPDATE',
      details: { ref: 'refs/heads/main', expected: theirs, actual: null },
    });
    git(path, 'update-ref', 'refs/heads/main', theirs);
    await ws.commit({ message: 'Ours' });
    expectLog(path, ['Ours', 'Theirs']);
  });

  it('is refused when the name of a branch that is not born yet collides with another one’s', async () => {
    const path = emptyRepository();
    commitFiles(path, 'refs/heads/main', { message: 'One' });
    const ws = await openWorkspace(path, { branch: 'main/sub' });
    await ws.index.addBlob('a.txt', 'a');

    expect(await errorOf(() => ws.commit({ message: 'Two' }))).toMatchObject({
      code: 'REFERENCE_EXISTS',
      details: { ref: 'refs/heads/main/sub', existing: 'refs/heads/main' },
    });
    expect(await ws.hasChanges()).toBe(true);
  });

  it('waits for the lock of the branch, and gives up after a while', async () => {
    const { path, ws } = await openPages({ lockWaitTimeout: 100, lockWaitInterval: 5 });
    await ws.index.addBlob('a.txt', 'a');
    const lock = nodePath.join(path, '.git/refs/heads/main.lock');
    writeFileSync(lock, '');

    expect(await errorOf(() => ws.commit({ message: 'One' }))).toMatchObject({
      code: 'LOCK_WAIT_TIMEOUT',
      details: { ref: 'refs/heads/main' },
    });
    expect(await ws.hasChanges()).toBe(true);
    ws.config.lockWaitTimeout = 20_000;
    const committed = ws.commit({ message: 'One' });
    setTimeout(() => {
      rmSync(lock);
    }, 60);
    await committed;
    expectLog(path, ['One']);
  });
});

describe('createCommit', () => {
  it('commits a tree to a branch, on top of what it is at', async () => {
    const { path, ws, Page } = await openPages();
    const parent = await new Page({ slug: 'a', title: 'A' }).save({ commit: true, message: 'One' });
    await ws.createBranch('draft');
    const tree = git(path, 'rev-parse', 'HEAD:page');
    const oid = await ws.createCommit('draft', tree, { message: 'Two', author: ANN });

    expect(git(path, 'rev-parse', 'draft')).toBe(oid);
    expect(git(path, 'log', '-1', '--format=%P %T %an', 'draft')).toBe(`${parent ?? ''} ${tree} Ann Áuthor`);
    expect(ws.branch?.oid).toBe(parent);
    expectLog(path, ['Two', 'One'], 'draft');
    expectLog(path, ['One']);
  });

  it('brings a branch into being, without parents unless they are given', async () => {
    const { path, ws, Page } = await openPages();
    const one = (await new Page({ slug: 'a', title: 'A' }).save({ commit: true, message: 'One' })) as string;
    const tree = git(path, 'rev-parse', 'HEAD^{tree}');
    await ws.createCommit('fresh', tree, { message: 'Alone' });

    expectLog(path, ['Alone'], 'fresh');
    expect(
      await errorOf(() => ws.createCommit('other', tree, { message: 'X', parents: [one] })),
    ).toMatchObject({
      code: 'CONCURRENT_UPDATE',
      details: { ref: 'refs/heads/other', expected: one, actual: null },
    });
    expectLog(path, ['One']);
  });

  it('commits to no branch at all', async () => {
    const { path, ws, Page } = await openPages();
    const one = (await new Page({ slug: 'a', title: 'A' }).save({ commit: true, message: 'One' })) as string;
    const tree = git(path, 'rev-parse', 'HEAD^{tree}');
    const oid = await ws.createCommit(null, tree, { message: 'Loose', parents: [one] });

    expect(git(path, 'log', '--format=%s', oid)).toBe('Loose\nOne');
    expect(git(path, 'for-each-ref', '--format=%(refname)')).toBe('refs/heads/main');
    expect(git(path, 'log', '-1', '--format=%P', await ws.createCommit(null, tree))).toBe('');
    expectLog(path, ['One']);
  });

  it('can have several parents', async () => {
    const { path, ws, Page } = await openPages();
    const one = (await new Page({ slug: 'a', title: 'A' }).save({ commit: true, message: 'One' })) as string;
    const tree = git(path, 'rev-parse', 'HEAD^{tree}');
    const side = await ws.createCommit(null, tree, { message: 'Side' });
    await ws.createCommit('main', tree, { message: 'Merge', parents: [one, side] });

    expect(git(path, 'log', '-1', '--format=%P')).toBe(`${one} ${side}`);
    expectLog(path, ['Merge', 'Side', 'One']);
  });

  it('takes the index along when it moves the branch that the workspace is on', async () => {
    const { path, ws, Page } = await openPages();
    await new Page({ slug: 'a', title: 'A' }).save({ commit: true, message: 'One' });
    const empty = git(path, 'hash-object', '-t', 'tree', '-w', '--stdin');
    const oid = await ws.createCommit('refs/heads/main', empty, { message: 'Two' });

    expect(ws.branch?.oid).toBe(oid);
    expect(await Page.all().count()).toBe(0);
    expect(await ws.hasChanges()).toBe(false);
    await new Page({ slug: 'b', title: 'B' }).save({ commit: true, message: 'Three' });
    expectLog(path, ['Three', 'Two', 'One']);
  });

  it('leaves what is staged alone', async () => {
    const { path, ws, Page } = await openPages();
    await new Page({ slug: 'a', title: 'A' }).save({ commit: true, message: 'One' });
    const one = ws.branch?.oid;
    await new Page({ slug: 'b', title: 'B' }).save();
    await ws.createCommit('main', git(path, 'rev-parse', 'HEAD^{tree}'), { message: 'Two' });

    expect(await Page.get('b')).toMatchObject({ title: 'B' });
    expect(ws.branch?.oid).toBe(one);
    expect((await errorOf(() => ws.commit({ message: 'Three' }))).code).toBe('CONCURRENT_UPDATE');
    expectLog(path, ['Two', 'One']);
  });

  it('is refused when the branch is not at the first parent', async () => {
    const { path, ws, Page } = await openPages();
    const one = (await new Page({ slug: 'a', title: 'A' }).save({ commit: true, message: 'One' })) as string;
    const two = commitMeanwhile(path);
    const tree = git(path, 'rev-parse', 'HEAD^{tree}');

    expect(await errorOf(() => ws.createCommit('main', tree, { parents: [one, two] }))).toMatchObject({
      code: 'CONCURRENT_UPDATE',
      details: { ref: 'refs/heads/main', expected: one, actual: two },
    });
    expect(await errorOf(() => ws.createCommit('main', tree, { parents: [] }))).toMatchObject({
      code: 'CONCURRENT_UPDATE',
      details: { ref: 'refs/heads/main', expected: null, actual: two },
    });
    expect(git(path, 'rev-parse', 'main')).toBe(two);
    expectLog(path, ['Meanwhile', 'One']);
  });

  it('refuses what is not there, or not what it should be', async () => {
    const { path, ws, Page } = await openPages();
    const commit = (await new Page({ slug: 'a', title: 'A' }).save({
      commit: true,
      message: 'One',
    })) as string;
    const [tree, missing] = [git(path, 'rev-parse', 'HEAD^{tree}'), '1'.repeat(40)];

    expect(await errorOf(() => ws.createCommit('main', missing))).toMatchObject({ code: 'OBJECT_NOT_FOUND' });
    expect(await errorOf(() => ws.createCommit('main', commit))).toMatchObject({ code: 'INVALID_OBJECT' });
    expect(await errorOf(() => ws.createCommit('main', 'HEAD'))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: '"tree" takes an oid of 40 hexadecimal digits, not "HEAD".',
      details: { option: 'tree', value: 'HEAD' },
    });
    expect(await errorOf(() => ws.createCommit('x', tree, { parents: [missing] }))).toMatchObject({
      code: 'OBJECT_NOT_FOUND',
    });
    expect(await errorOf(() => ws.createCommit('x', tree, { parents: ['HEAD'] }))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      details: { option: 'parents', value: 'HEAD' },
    });
    expect((await errorOf(() => ws.createCommit('x', tree, { parents: [tree] }))).message).toContain(tree);
    expect(await errorOf(() => ws.createCommit('x', tree, { message: 'a\0' }))).toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
    expect(git(path, 'for-each-ref', '--format=%(refname)')).toBe('refs/heads/main');
    expectLog(path, ['One']);
  });

  it('can commit the empty tree, which nobody has written', async () => {
    const { path, ws } = await openPages();
    const oid = await ws.createCommit('main', '4b825dc642cb6eb9a060e54bf8d69288fbee4904', {
      message: 'Nothing',
    });

    expect(filesAt(path, oid)).toEqual([]);
    expectLog(path, ['Nothing']);
  });
});
