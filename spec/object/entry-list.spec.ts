import fc from 'fast-check';
import { EntryList } from '../../lib/object/entry-list';

const names = fc.uniqueArray(fc.string({ unit: 'binary-ascii', minLength: 1, maxLength: 4 }), {
  maxLength: 40,
});

describe('a list of entries', () => {
  it('has what a map of the same names has, in their order', () => {
    fc.assert(
      fc.property(names, names, (present, asked) => {
        const sorted = [...present].sort((a, b) => (a < b ? -1 : 1));
        const map = new Map(sorted.map((name, place) => [name, place]));
        const list = EntryList.of(
          sorted,
          sorted.map((_, place) => place),
        );
        expect([...(list?.entries() ?? [])]).toEqual([...map]);
        expect(list?.size).toBe(map.size);
        for (const name of [...present, ...asked]) expect(list?.get(name)).toBe(map.get(name));
      }),
    );
  });

  it('cannot be made of names that are not in order, or there twice', () => {
    expect(EntryList.of(['a', 'c', 'b'], [1, 2, 3])).toBeUndefined();
    expect(EntryList.of(['a', 'b', 'b'], [1, 2, 3])).toBeUndefined();
  });
});
