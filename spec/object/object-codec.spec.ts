import fc from 'fast-check';
import { decodeObject } from '../../lib/object/object-codec';
import { hashObject, objectHeader } from '../../lib/object/oid';
import type { ObjectType } from '../../lib/object/oid';

const types: readonly ObjectType[] = ['blob', 'tree', 'commit', 'tag'];

function encode(type: ObjectType, content: Uint8Array): Buffer {
  return Buffer.concat([objectHeader(type, content.length), content]);
}

/** An oid that is not the one of anything here. */
const ANY = '1'.repeat(40);

describe('a decoded object', () => {
  it('has the type and the content that were encoded', () => {
    fc.assert(
      fc.property(fc.constantFrom(...types), fc.uint8Array({ maxLength: 200 }), (type, content) => {
        const decoded = decodeObject(hashObject(type, content), encode(type, content));
        expect(decoded).toEqual({ type, content: Buffer.from(content) });
      }),
    );
  });

  it.each([
    ['nothing at all', '', 'it has no valid header'],
    ['a header without its end', 'blob 3', 'it has no valid header'],
    ['a header without a size', 'blob \0abc', 'it has no valid header'],
    ['a negative size', 'blob -3\0abc', 'it has no valid header'],
    ['a size in other digits', 'blob 0x3\0abc', 'it has no valid header'],
    ['two spaces', 'blob  3\0abc', 'it has no valid header'],
    ['a type that Git does not have', 'weird 3\0abc', 'it has no valid header'],
    ['a type in upper case', 'BLOB 3\0abc', 'it has no valid header'],
    ['a header that does not end for long', `blob ${'0'.repeat(100)}3\0abc`, 'it has no valid header'],
    ['less than the header says', 'blob 4\0abc', 'it does not have the size that its header says'],
    ['more than the header says', 'blob 2\0abc', 'it does not have the size that its header says'],
    ['the content of another object', 'blob 3\0abc', 'its content has another oid'],
    ['a size with a leading zero', 'blob 03\0abc', 'it has no valid header'],
  ])('cannot be had from %s', (_, bytes, message) => {
    expect(() => decodeObject(ANY, Buffer.from(bytes))).toThrow(message);
  });

  it('cannot be had when a single bit has changed', () => {
    const content = Buffer.from('some content');
    const oid = hashObject('blob', content);
    fc.assert(
      fc.property(fc.nat({ max: encode('blob', content).length * 8 - 1 }), (bit) => {
        const damaged = encode('blob', content);
        damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(() => decodeObject(oid, damaged)).toThrow(/^it(s content)? (has|does not have)/);
      }),
    );
  });
});
