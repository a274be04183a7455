import { checkIds, checkOptions } from '../lib/arguments';
import { errorOf } from './support/error-of';
import { openPages } from './support/workspaces';

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
