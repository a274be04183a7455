import { randomBytes } from 'node:crypto';
import { OID_BYTES } from '../../../lib/object/oid';
import { inPages, OidPages, OIDS_PER_PAGE } from '../../../lib/object/pack/oid-pages';

describe('Oids in pages', () => {
  it('stand there as they came, wherever they stood', () => {
    const count = OIDS_PER_PAGE + 2;
    const source = randomBytes(3 + count * OID_BYTES);
    const oids = new OidPages();
    for (let number = 0; number < count; number++) oids.push(source, 3 + number * OID_BYTES);
    expect(oids.size).toBe(count);
    expect(oids.pages).toHaveLength(2);
    expect(
      Buffer.concat(oids.pages)
        .subarray(0, count * OID_BYTES)
        .equals(source.subarray(3)),
    ).toBe(true);
  });

  it('are parts of the bytes in which they stand already', () => {
    const bytes = randomBytes((OIDS_PER_PAGE * 2 + 1) * OID_BYTES);
    const pages = inPages(bytes);
    expect(pages.map(({ length }) => length / OID_BYTES)).toEqual([OIDS_PER_PAGE, OIDS_PER_PAGE, 1]);
    expect(pages.every(({ buffer }) => buffer === bytes.buffer)).toBe(true);
    expect(Buffer.concat(pages).equals(bytes)).toBe(true);
    expect(inPages(Buffer.alloc(0))).toEqual([]);
  });
});
