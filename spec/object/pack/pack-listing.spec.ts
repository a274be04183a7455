import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { PackListing } from '../../../lib/object/pack/pack-listing';
import { commitFiles, git, runGit, temporaryRepository } from '../../support/temporary-repository';
import { encodedIndex, withChecksum } from './encoded-index';

/** An index of entries with random oids, at these offsets in the order of the oids. */
function indexOf(offsets: readonly number[]): Buffer {
  const oids = offsets.map(() => randomBytes(20).toString('hex')).sort();
  return encodedIndex(
    oids.map((oid, at) => ({ oid, offset: offsets[at] as number, crc32: 0xffffffff - at })),
  );
}

describe('Listing the index of a pack', () => {
  const folder = temporaryRepository({ bare: true });
  const files = Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`f${n}`, `number ${n}`]));
  commitFiles(folder, 'refs/heads/main', { files });
  git(folder, 'gc', '--quiet');
  const packFolder = path.join(folder, 'objects/pack');
  const name = readdirSync(packFolder).find((each) => each.endsWith('.idx')) ?? '';
  const gits = readFileSync(path.join(packFolder, name));

  it('gives what git lists', () => {
    const listing = new PackListing(gits);
    const lines = Array.from({ length: listing.count }, (_, position) => {
      const oid = listing.oids.toString('hex', position * 20, position * 20 + 20);
      const crc32 = listing.crc32At(position).toString(16).padStart(8, '0');
      return `${listing.offsetAt(position)} ${oid} (${crc32})`;
    });
    expect(lines).toEqual(runGit(folder, ['show-index'], { input: gits }).toString().trim().split('\n'));
    const pack = readFileSync(path.join(packFolder, name.replace('.idx', '.pack')));
    expect(listing.packChecksum.equals(pack.subarray(-20))).toBe(true);
  });

  it('gives the offsets of packs of any size', () => {
    const offsets = [12, 2 ** 31 - 1, 2 ** 31, 2 ** 32 + 5, 2 ** 45];
    const listing = new PackListing(withChecksum(indexOf(offsets)));
    expect(offsets.map((_, position) => listing.offsetAt(position))).toEqual(offsets);
  });

  it('may be of nothing, and of a great many', () => {
    expect(new PackListing(withChecksum(indexOf([]))).count).toBe(0);
    const offsets = Array.from({ length: 20_000 }, (_, n) => 2 ** 31 - 10_000 + n);
    const listing = new PackListing(withChecksum(indexOf(offsets)));
    expect(offsets.map((_, position) => listing.offsetAt(position))).toEqual(offsets);
  });

  it('is refused when it is damaged, breaks off, or is of another version', () => {
    const changed = (at: number, value: number): Buffer => {
      const damaged = Buffer.from(gits);
      damaged[at] = value;
      return damaged;
    };
    const last = gits.length - 1;
    for (const at of [2000, last - 20, last]) {
      const damaged = changed(at, (gits[at] as number) ^ 1);
      expect(() => new PackListing(damaged)).toThrow(
        'the index does not have the checksum that it ends with',
      );
    }
    for (const length of [0, 7, 1000, 1032, 3000, last - 8]) {
      expect(() => new PackListing(gits.subarray(0, length))).toThrow('the index breaks off');
    }
    expect(() => new PackListing(changed(7, 3))).toThrow('the index is not of version 2');
    expect(() => new PackListing(changed(0, 0))).toThrow('the index is not of version 2');
    expect(() => new PackListing(changed(8, 0xff))).toThrow('the fan-out table of the index is damaged');
  });

  it('gives no offset where a long one is missing', () => {
    const index = indexOf([2 ** 33]);
    const short = Buffer.concat([index.subarray(0, -28), index.subarray(-20)]);
    const listing = new PackListing(withChecksum(short));
    expect(() => listing.offsetAt(0)).toThrow('the index breaks off');
  });
});
