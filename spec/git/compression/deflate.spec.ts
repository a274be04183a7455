import { randomBytes } from 'node:crypto';
import { inflateSync } from 'node:zlib';
import { deflateObject } from '../../../lib/git/compression/deflate';
import type { ObjectType } from '../../../lib/object/oid';

describe('a compressed object', () => {
  const types: readonly ObjectType[] = ['blob', 'tree', 'commit', 'tag'];
  const sizes = [0, 1, 37, 128, 129, 1000, 4096, 4097, 40_000, 128 * 1024, 128 * 1024 + 1, 1_000_000];

  it.each(types.flatMap((type) => sizes.map((size) => [type, size] as const)))(
    'is what it was when it is inflated: a %s of %d bytes',
    async (type, size) => {
      for (const bytes of [randomBytes(size), Buffer.alloc(size, 'some text, again and again; ')]) {
        const deflated = await deflateObject(type, bytes);
        expect(inflateSync(deflated).equals(bytes)).toBe(true);
      }
    },
  );

  it('is smaller than before when there is something to find again', async () => {
    for (const size of [500, 50_000, 500_000]) {
      const deflated = await deflateObject('blob', Buffer.alloc(size, 'some text, again and again; '));
      expect(deflated.length).toBeLessThan(size / 5);
    }
  });

  it('is ready at once when it is small, and leaves the work to another thread when it is large', async () => {
    expect(deflateObject('blob', Buffer.alloc(100))).toBeInstanceOf(Buffer);
    const large = deflateObject('blob', Buffer.alloc(1_000_000));
    expect(large).not.toBeInstanceOf(Buffer);
    await large;
  });
});
