import { writeFileSync } from 'node:fs';
import nodePath from 'node:path';
import type { Tag } from 'gitmodel';
import { Tag as NodegitTag } from 'nodegit';
import { errorOf } from '../support/error-of';
import { git, IDENTITY, runGit } from '../support/temporary-repository';
import { expectLog, openPages, openWorkspace } from '../support/workspaces';
import { openTwoCommits } from './two-commits';

const AUTHOR = { ...IDENTITY, time: new Date(1_600_000_000_000), offset: 60 };

describe('A tag', () => {
  it('is lightweight without a message, at the commit that the index is based on', async () => {
    const { path, ws, second } = await openTwoCommits();
    const tag = await ws.tags.create('v1');
    expect(tag).toEqual({
      name: 'v1',
      ref: 'refs/tags/v1',
      oid: second,
      target: second,
      targetType: 'commit',
      message: null,
      tagger: null,
    } satisfies Tag);
    expect(git(path, 'cat-file', '-t', 'v1')).toBe('commit');
    expect(await ws.tags.get('refs/tags/v1')).toEqual(tag);
  });

  it('is annotated with a message, as git and libgit2 see it', async () => {
    const { path, ws, first } = await openTwoCommits();
    const tag = await ws.tags.create('v1', { at: 'main~1', message: 'One\n\nTwo', author: AUTHOR });
    expect(tag).toMatchObject({ target: first, targetType: 'commit', message: 'One\n\nTwo', tagger: AUTHOR });
    expect(git(path, 'cat-file', 'tag', 'v1')).toBe(
      `object ${first}\ntype commit\ntag v1\ntagger ${IDENTITY.name} <${IDENTITY.email}> 1600000000 +0100\n\nOne\n\nTwo`,
    );
    const read = await NodegitTag.lookup(ws.repo, tag.oid);
    expect([read.name(), read.message(), read.targetId().tostrS(), read.tagger().name()]).toEqual([
      'v1',
      'One\n\nTwo',
      first,
      IDENTITY.name,
    ]);
    expect(git(path, 'describe', 'main')).toMatch(/^v1-1-g/);
  });

  it('may be of a tag, a tree or a blob; records are read at it', async () => {
    const { path, ws, Page } = await openPages();
    await new Page({ slug: 'a', title: 'Old' }).save({ commit: true, message: 'One' });
    await ws.tags.create('inner', { message: 'Inner' });
    const outer = await ws.tags.create('outer', { at: 'inner', message: 'Outer' });
    expect(outer).toMatchObject({
      message: 'Outer',
      target: git(path, 'rev-parse', 'main'),
      targetType: 'commit',
    });
    expect(git(path, 'cat-file', 'tag', 'outer')).toMatch(/^object [0-9a-f]{40}\ntype tag\n/);
    expect(await ws.tags.create('tree', { at: 'main^{tree}', message: 'Tree' })).toMatchObject({
      targetType: 'tree',
    });
    const blob = git(path, 'rev-parse', 'main:page/a/data.json');
    expect(await ws.tags.create('blob', { at: blob })).toMatchObject({ targetType: 'blob', target: blob });
    await new Page({ slug: 'b', title: 'New' }).save();
    expect(await Page.getOrNull('b', { at: 'outer' })).toBeNull();
    expect((await Page.get('a', { at: 'outer' })).title).toBe('Old');
    expectLog(path, ['One']);
  });

  it('made by git is read the same, also when it is packed', async () => {
    const { path, ws, first } = await openTwoCommits();
    git(path, 'tag', 'light', first);
    git(path, 'tag', '--annotate', '--message', 'Annotated', 'v1', first);
    git(path, 'gc', '--quiet');
    expect(await ws.tags.get('light')).toMatchObject({ oid: first, message: null });
    expect(await ws.tags.get('v1')).toMatchObject({
      target: first,
      message: 'Annotated\n',
      tagger: IDENTITY,
    });
    await ws.tags.create('packed', { at: first });
    expect(git(path, 'rev-parse', 'packed')).toBe(first);
  });

  it('does not take the place of another one, unless it is forced', async () => {
    const { path, ws, first, second } = await openTwoCommits();
    await ws.tags.create('v1', { at: first });
    expect(await errorOf(() => ws.tags.create('v1', { message: 'Two' }))).toMatchObject({
      code: 'REFERENCE_EXISTS',
      details: { ref: 'refs/tags/v1' },
    });
    expect(git(path, 'rev-parse', 'v1')).toBe(first);
    expect(await ws.tags.create('v1', { force: true })).toMatchObject({ oid: second });
    expect(await ws.tags.create('v2', { force: true })).toMatchObject({ oid: second });
  });

  it('does not collide with another one', async () => {
    const { ws } = await openTwoCommits();
    await ws.tags.create('a/b');
    for (const name of ['a', 'a/b/c']) {
      expect(await errorOf(() => ws.tags.create(name))).toMatchObject({
        code: 'REFERENCE_EXISTS',
        details: { existing: 'refs/tags/a/b' },
      });
    }
  });

  it.each(['', '-d', 'HEAD', 'a b', 'a..b', 'a.lock', 'a~1', '.a'])(
    'does not get the name %j',
    async (name) => {
      const { path, ws } = await openTwoCommits();
      expect((await errorOf(() => ws.tags.create(name))).code).toBe('INVALID_REFERENCE_NAME');
      expect(git(path, 'tag')).toBe('');
    },
  );

  it('needs something to name, and a message that is one', async () => {
    const ws = await openWorkspace();
    expect((await errorOf(() => ws.tags.create('v1'))).code).toBe('OBJECT_NOT_FOUND');
    expect((await errorOf(() => ws.tags.create('v1', { at: 'none' }))).code).toBe('OBJECT_NOT_FOUND');
    for (const options of [{ message: 1 }, null] as never[]) {
      expect((await errorOf(() => ws.tags.create('v1', options))).code).toBe('INVALID_ARGUMENT');
    }
    expect((await errorOf(() => ws.tags.list({ pattern: 1 as never }))).code).toBe('INVALID_ARGUMENT');
  });

  it('has an author only with a message, even an empty one', async () => {
    const { path, ws } = await openTwoCommits();
    const error = await errorOf(() => ws.tags.create('v1', { author: AUTHOR }));
    expect(error).toMatchObject({
      code: 'INVALID_ARGUMENT',
      details: { option: 'author', value: AUTHOR, ref: 'refs/tags/v1' },
    });
    expect(error.message).toContain('refs/tags/v1 cannot have an author without a message');
    expect(git(path, 'tag')).toBe('');
    expect(await ws.tags.create('v1', { author: AUTHOR, message: '' })).toMatchObject({ tagger: AUTHOR });
    expect(await ws.tags.create('v2', { author: undefined })).toMatchObject({ tagger: null });
  });
});

describe('The tags', () => {
  it('are listed as git does it, all or by a pattern', async () => {
    const { path, ws } = await openTwoCommits();
    for (const name of ['v2', 'v1.1', 'release/v1', 'v10']) await ws.tags.create(name, { message: name });
    git(path, 'pack-refs', '--all');
    await ws.tags.create('v1');
    const names = async (pattern?: string): Promise<string[]> =>
      (await ws.tags.list(pattern === undefined ? {} : { pattern })).map(({ name }) => name);
    expect(await names()).toEqual(git(path, 'tag', '--list').split('\n'));
    for (const pattern of ['v1*', '*v1', 'v?', 'none']) {
      expect(await names(pattern)).toEqual(git(path, 'tag', '--list', pattern).split('\n').filter(Boolean));
    }
  });

  it('are none in a new repository', async () => {
    expect(await (await openWorkspace()).tags.list()).toEqual([]);
  });
});

describe('A tag that is deleted', () => {
  it('is gone, also when it is packed; its oid is what is left', async () => {
    const { path, ws } = await openTwoCommits();
    const { oid } = await ws.tags.create('v1', { message: 'One' });
    await ws.tags.create('v2');
    git(path, 'pack-refs', '--all');
    expect(await ws.tags.delete('v1')).toBe(oid);
    expect(git(path, 'tag')).toBe('v2');
    expect((await errorOf(() => ws.tags.get('v1'))).code).toBe('REFERENCE_NOT_FOUND');
    expect(await errorOf(() => ws.tags.delete('v1'))).toMatchObject({
      code: 'REFERENCE_NOT_FOUND',
      details: { ref: 'refs/tags/v1' },
    });
    git(path, 'tag', 'v1', oid);
  });

  it('stays while somebody else has it locked', async () => {
    const { path, ws } = await openTwoCommits();
    await ws.tags.create('v1');
    ws.config.lockWaitTimeout = 30;
    writeFileSync(nodePath.join(path, '.git/refs/tags/v1.lock'), '');
    expect(await errorOf(() => ws.tags.delete('v1'))).toMatchObject({
      code: 'LOCK_WAIT_TIMEOUT',
      details: { ref: 'refs/tags/v1' },
    });
    expect(git(path, 'tag')).toBe('v1');
  });
});

it('A tag whose object is malformed gives a typed error', async () => {
  const { path, ws } = await openTwoCommits();
  const input = 'object 1\ntype commit\ntag x\n\n';
  const oid = runGit(path, ['hash-object', '-t', 'tag', '-w', '--literally', '--stdin'], { input })
    .toString()
    .trim();
  writeFileSync(nodePath.join(path, '.git/refs/tags/bad'), `${oid}\n`);
  expect((await errorOf(() => ws.tags.get('bad'))).code).toBe('INVALID_OBJECT');
  expect(await ws.tags.list()).toEqual([]);
  await ws.tags.delete('bad');
  git(path, 'prune', '--expire=now');
});
