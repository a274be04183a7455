import fc from 'fast-check';
import { OidList } from '../../lib/object/oid-list';

const oid = fc
  .uint8Array({ minLength: 20, maxLength: 20 })
  .map((bytes) => Buffer.from(bytes).toString('hex'));

/** Few different first bytes, so that lists have several of each. */
const crowded = fc
  .tuple(fc.constantFrom('00', '01', '7f', 'ff'), oid)
  .map(([head, rest]) => head + rest.slice(2));

function listOf(oids: Iterable<string>): OidList {
  return new OidList(Buffer.from([...oids].sort().join(''), 'hex'));
}

describe('A list of oids', () => {
  it('finds every oid that is in it, at its place in the order, and no other', () => {
    fc.assert(
      fc.property(fc.uniqueArray(crowded), fc.array(crowded), (oids, others) => {
        const list = listOf(oids);
        expect(list.count).toBe(oids.length);
        [...oids].sort().forEach((each, position) => {
          expect(list.find(Buffer.from(each, 'hex'))).toBe(position);
          expect(list.oidAt(position)).toBe(each);
        });
        for (const other of others) {
          expect(list.find(Buffer.from(other, 'hex')) >= 0).toBe(oids.includes(other));
        }
      }),
    );
  });

  it('looks for an oid in the middle of other bytes', () => {
    const list = listOf(['11'.repeat(20), '22'.repeat(20)]);
    expect(list.find(Buffer.from(`0000${'22'.repeat(20)}00`, 'hex'), 2)).toBe(1);
  });
});
