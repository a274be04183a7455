import { Workspace } from 'gitmodel';
import { checkIds, checkOptions } from '../lib/arguments';
import { errorOf } from './support/error-of';
import { expectLog, openPages } from './support/workspaces';

describe('Options', () => {
  it('are an object', () => {
    const options = { at: 'HEAD' };
    expect(checkOptions(options)).toBe(options);
    for (const value of [null, 'commit', true] as unknown as object[])
      expect(() => checkOptions(value)).toThrow(/The options must be an object/);
  });

  it('are checked wherever they can be given', async () => {
    const { ws, Page } = await openPages();
    const page = new Page({ slug: 'a', title: 'A' });
    const pages = ws.records('page');
    const none = null as never;
    const calls: (() => unknown)[] = [
      () => Page.get('a', none),
      () => Page.getOrNull('a', none),
      () => Page.getMany(['a'], none),
      () => Page.all(none).toArray(),
      () => Page.delete('a', none),
      () => page.save(none),
      () => page.delete(none),
      () => pages.get('a', none),
      () => pages.getMany(['a'], none),
      () => pages.all(none).next(),
      () => pages.save({ id: 'a', fields: { title: 'A', slug: 'a' } }, none),
      () => pages.delete('a', none),
      () => ws.records('page', none),
      () => ws.model(none)(class Other extends Page {} as never),
      () => ws.index.addBlob('a', 'a', none),
      () => ws.commit(none),
      () => ws.commitOnSuccess(() => page.save(), none),
      () => ws.createCommit('refs/heads/main', '4b825dc642cb6eb9a060e54bf8d69288fbee4904', none),
      () => ws.walk(none),
      () => ws.createBranch('a', none),
      () => ws.updateIndex(undefined, none),
      () => ws.syncRepoIndex(none),
      () => ws.maintain(none),
      () => ws.bulk([], none),
    ];
    for (const call of calls) {
      const error = await errorOf(async () => {
        await call();
      });
      expect({ call: String(call), error }).toMatchObject({
        error: { code: 'INVALID_ARGUMENT', details: { option: 'options', value: null } },
      });
    }
  });
});

describe('An option that there is not', () => {
  it('is refused by name, with those that there are', () => {
    const known = { at: true, from: true } as const;
    const options = { at: 'HEAD', from: undefined };
    expect(checkOptions(options, known)).toBe(options);
    for (const name of ['form', 'At', 'toString', '__proto__ ']) {
      let error: unknown;
      try {
        checkOptions({ ...options, [name]: 1 }, known);
      } catch (thrown) {
        error = thrown;
      }
      expect(error).toMatchObject({
        code: 'INVALID_ARGUMENT',
        message: `There is no option "${name}"; there are at, from.`,
        details: { option: name, value: 1 },
      });
    }
  });

  it('is refused wherever states, branches and commits are dealt with, and nothing has changed', async () => {
    const { ws, path, Page } = await openPages();
    const page = new Page({ slug: 'a', title: 'A' });
    await page.save({ commit: true, message: 'One' });
    const wrong = { mesage: 'x' } as never;
    const calls: (() => unknown)[] = [
      () => Workspace.open(path, wrong),
      () => ws.commit(wrong),
      () => ws.commitOnSuccess(() => page.delete(), wrong),
      () => ws.createCommit('main', ws.branch?.tree ?? '', wrong),
      () => ws.diff('HEAD', 'HEAD', wrong),
      () => ws.walk(wrong),
      () => ws.log(wrong),
      () => ws.changes(wrong),
      () => ws.transaction(() => page.delete(), wrong),
      () => ws.bulk([page], wrong),
      () => ws.relayout(Page, wrong),
      () => ws.merge('main', wrong),
      () => ws.mergePreview('main', wrong),
      () => ws.revert('main', wrong),
      () => ws.lock('a', () => page.delete(), wrong),
      () => page.lock(() => page.delete(), wrong),
      () => ws.maintain(wrong),
      () => ws.createBranch('a', wrong),
      () => ws.branches.create('a', wrong),
      () => ws.branches.list(wrong),
      () => ws.branches.delete('main', wrong),
      () => ws.tags.create('a', wrong),
      () => ws.tags.list(wrong),
      () => ws.on('a', wrong),
      () => ws.updateIndex('main', wrong),
      () => ws.syncRepoIndex(wrong),
      () => Page.history('a', wrong),
      () => page.history(wrong),
      () => Page.blame('a', wrong),
      () => page.blame(wrong),
      () => Page.restore('a', wrong),
      () => page.restore(wrong),
    ];
    for (const call of calls) {
      const error = await errorOf(async () => {
        await call();
      });
      expect({ call: String(call), error }).toMatchObject({
        error: { code: 'INVALID_ARGUMENT', details: { option: 'mesage', value: 'x' } },
      });
    }
    expect(await errorOf(() => ws.mergePreview('main', { dryRun: true } as never))).toMatchObject({
      details: { option: 'dryRun' },
    });
    expect((await Page.get('a')).title).toBe('A');
    expect(await ws.hasChanges()).toBe(false);
    expectLog(path, ['One']);
    expect((await ws.branches.list()).map(({ name }) => name)).toEqual(['main']);
  });
});

describe('Ids', () => {
  it('come from any iterable but a text', async () => {
    expect(checkIds(new Set(['a', 'b']))).toEqual(['a', 'b']);
    const { ws, Page } = await openPages();
    for (const ids of ['seed', undefined, null, 5, {}] as unknown as string[][]) {
      for (const call of [() => Page.getMany(ids), () => ws.records('page').getMany(ids)]) {
        expect(await errorOf(call)).toMatchObject({
          code: 'INVALID_ARGUMENT',
          details: { option: 'ids', value: ids },
        });
      }
    }
  });
});
