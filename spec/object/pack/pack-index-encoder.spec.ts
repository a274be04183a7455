import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { findInPackIndex } from '../../../lib/object/pack/pack-index-codec';
import { toByteOid } from '../../../lib/object/oid';
import { commitFiles, git, runGit, temporaryRepository } from '../../support/temporary-repository';
import { encodedIndex, withChecksum } from './encoded-index';
import type { PackedObject } from './encoded-index';

/** What `git show-index` reads out of an index: the objects in the order of the index. */
function readByGit(index: Buffer): PackedObject[] {
  const folder = temporaryRepository({ bare: true });
  const whole = withChecksum(index);
  const output = runGit(folder, ['show-index'], { input: whole }).toString().trim();
  return output.split('\n').flatMap((line) => {
    const [, offset, oid, crc32] = /^(\d+) ([0-9a-f]{40}) \(([0-9a-f]{8})\)$/.exec(line) ?? [];
    return oid === undefined ? [] : [{ oid, offset: Number(offset), crc32: parseInt(crc32 ?? '', 16) }];
  });
}

function inOrder(packed: readonly PackedObject[]): PackedObject[] {
  return [...packed].sort((a, b) => (a.oid < b.oid ? -1 : 1));
}

describe('Encoding the index of a pack', () => {
  // Few different bytes in front, so that the others tell the order.
  const oid = fc
    .tuple(
      fc.array(fc.constantFrom(0, 1, 255), { minLength: 8, maxLength: 8 }),
      fc.uint8Array({ minLength: 12, maxLength: 12 }),
    )
    .map(([first, others]) => Buffer.from([...first, ...others]).toString('hex'));
  const packs = fc.uniqueArray(
    fc.record({
      oid,
      offset: fc.oneof(fc.integer({ min: 12, max: 2 ** 31 - 1 }), fc.integer({ min: 2 ** 31, max: 2 ** 52 })),
      crc32: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    }),
    { selector: (each) => each.oid, maxLength: 60 },
  );

  it('gives what git reads, with offsets below and above 2 GiB', () => {
    fc.assert(
      fc.property(packs, (packed) => {
        expect(readByGit(encodedIndex(packed))).toEqual(inOrder(packed));
      }),
      { numRuns: 20 },
    );
  });

  it('gives what is read here, with offsets below and above 2 GiB', () => {
    fc.assert(
      fc.property(packs, (packed) => {
        const index = encodedIndex(packed);
        const read = (position: number, length: number): Buffer =>
          index.subarray(position, position + length);
        for (const each of packed) expect(findInPackIndex(read, toByteOid(each.oid))).toBe(each.offset);
      }),
    );
  });

  it('gives the very index that git writes', () => {
    const folder = temporaryRepository({ bare: true });
    const files = Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`f${n}`, `number ${n}`]));
    commitFiles(folder, 'refs/heads/main', { files });
    git(folder, 'gc', '--quiet');
    const packs = path.join(folder, 'objects/pack');
    const name = readdirSync(packs).find((each) => each.endsWith('.idx')) ?? '';
    const gits = readFileSync(path.join(packs, name));
    const packChecksum = gits.subarray(-40, -20);
    const packed = readByGit(gits.subarray(0, -20)).reverse();
    expect(packed).toHaveLength(302);
    expect(withChecksum(encodedIndex(packed, packChecksum)).equals(gits)).toBe(true);
  });

  it('puts a great many in order, in pieces', () => {
    const packed = Array.from({ length: 40_000 }, (_, number) => ({
      oid: createHash('sha1').update(String(number)).digest('hex'),
      offset: number % 3 === 0 ? 2 ** 33 + number : number,
      crc32: number,
    }));
    expect(readByGit(encodedIndex(packed))).toEqual(inOrder(packed));
  });
});
