import * as fc from 'fast-check';
import { checkReferenceName } from '../../../lib/object/reference-name';
import { lockRef } from '../../../lib/workspace/lock/lock-name';

const texts = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom('a', 'A', '%', '/', '.', '-', ' ', 'é', '\u0000', '\ud800', '\udc00', '~', '@{'),
  }),
  fc.constantFrom(
    '',
    '%empty',
    '.',
    '..',
    '.lock',
    'a.lock',
    'HEAD',
    'ß',
    'x'.repeat(300),
    'X'.repeat(60),
    '%sha256-',
  ),
);
const targets = fc.record({ model: fc.option(texts, { nil: null }), id: texts });

describe('The reference of a lock', () => {
  it('is one that Git allows, in letters that every file system tells apart', () => {
    fc.assert(
      fc.property(targets, (target) => {
        const ref = lockRef(target);
        expect(checkReferenceName(ref)).toBe(ref);
        expect(ref).toMatch(/^refs\/locks\/(?:record\/[a-z0-9%-]+|other)\/[a-z0-9%-]+$/);
      }),
      { numRuns: 500 },
    );
  });

  it('is another one for every other target', () => {
    fc.assert(
      fc.property(targets, targets, (one, other) => {
        expect(lockRef(one) === lockRef(other)).toBe(one.model === other.model && one.id === other.id);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    [null, 'nightly-import', 'refs/locks/other/nightly-import'],
    ['Page', 'hello', 'refs/locks/record/%50age/hello'],
    ['Page', 'a/b.é', 'refs/locks/record/%50age/a%2fb%2e%c3%a9'],
    ['Page', '', 'refs/locks/record/%50age/%empty'],
    [null, '\ud800', 'refs/locks/other/%ud800'],
  ])('of %j %j is %s', (model, id, ref) => {
    expect(lockRef({ model, id })).toBe(ref);
  });

  it('is a hash where it would be too long', () => {
    const names = ['a', 'b'].map((each) => lockRef({ model: null, id: each.repeat(200) }));
    expect(new Set(names).size).toBe(2);
    for (const name of names) expect(name).toMatch(/^refs\/locks\/other\/%sha256-[0-9a-f]{64}$/);
  });
});
