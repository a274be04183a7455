import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { findInPackIndex } from '../../../lib/object/pack/pack-index-codec';
import { encodePackTable, PackListing } from '../../../lib/object/pack/pack-listing';
import type { PackTable } from '../../../lib/object/pack/pack-listing';
import { commitFiles, git, runGit, temporaryRepository } from '../../support/temporary-repository';

function encode(table: PackTable): Buffer {
  const index = Buffer.concat([...encodePackTable(table)]);
  return Buffer.concat([index, createHash('sha1').update(index).digest()]);
}

/** Entries with random oids, at these offsets. */
function tableOf(offsets: readonly number[]): PackTable {
  return {
    oids: Buffer.concat(offsets.map(() => randomBytes(20)).sort((a, b) => a.compare(b))),
    offsets: Float64Array.from(offsets),
    crc32s: Uint32Array.from(offsets, (_, number) => 0xffffffff - number),
    order: Uint32Array.from(offsets, (_, number) => number),
    packChecksum: randomBytes(20),
  };
}

describe('The index of a pack', () => {
  const folder = temporaryRepository({ bare: true });
  const files = Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`f${n}`, `number ${n}`]));
  commitFiles(folder, 'refs/heads/main', { files });
  git(folder, 'gc', '--quiet');
  const packFolder = path.join(folder, 'objects/pack');
  const name = readdirSync(packFolder).find((each) => each.endsWith('.idx')) ?? '';
  const gits = readFileSync(path.join(packFolder, name));

  it('lists what git lists', () => {
    const listing = new PackListing(gits);
    const lines = Array.from({ length: listing.count }, (_, position) => {
      const oid = listing.oids.toString('hex', position * 20, position * 20 + 20);
      const crc32 = listing.crc32At(position).toString(16).padStart(8, '0');
      return `${listing.offsetAt(position)} ${oid} (${crc32})`;
    });
    expect(lines).toEqual(runGit(folder, ['show-index'], { input: gits }).toString().trim().split('\n'));
  });

  it('is written as git writes it', () => {
    const listing = new PackListing(gits);
    const positions = Array.from({ length: listing.count }, (_, position) => position).reverse();
    const table: PackTable = {
      oids: Buffer.concat(positions.map((each) => listing.oids.subarray(each * 20, each * 20 + 20))),
      offsets: Float64Array.from(positions, (each) => listing.offsetAt(each)),
      crc32s: Uint32Array.from(positions, (each) => listing.crc32At(each)),
      order: Uint32Array.from(positions),
      packChecksum: listing.packChecksum,
    };
    expect(encode(table).equals(gits)).toBe(true);
  });

  it('has the offsets of packs of any size', () => {
    const offsets = [12, 2 ** 31 - 1, 2 ** 31, 2 ** 32 + 5, 2 ** 45];
    const table = tableOf(offsets);
    const index = encode(table);
    const listing = new PackListing(index);
    expect(offsets.map((_, position) => listing.offsetAt(position))).toEqual(offsets);
    const read = (position: number, length: number): Buffer => index.subarray(position, position + length);
    const oid = table.oids.toString('hex', 80, 100);
    expect(findInPackIndex(read, oid)).toBe(2 ** 45);
  });

  it('may be of nothing, and of more than is written at a time', () => {
    expect(new PackListing(encode(tableOf([]))).count).toBe(0);
    const offsets = Array.from({ length: 20_000 }, (_, n) => 2 ** 31 - 10_000 + n);
    const listing = new PackListing(encode(tableOf(offsets)));
    expect(offsets.map((_, position) => listing.offsetAt(position))).toEqual(offsets);
  });

  it('is refused when it is damaged, breaks off, or is of another version', () => {
    const damaged = Buffer.from(gits);
    damaged[2000] = (damaged[2000] as number) ^ 1;
    expect(() => new PackListing(damaged)).toThrow('the index does not have the checksum that it ends with');
    expect(() => new PackListing(gits.subarray(0, 1000))).toThrow('the index breaks off');
    expect(() => new PackListing(gits.subarray(0, 3000))).toThrow('the index breaks off');
    const other = Buffer.from(gits);
    other[7] = 3;
    expect(() => new PackListing(other)).toThrow('the index is not of version 2');
  });

  it('has no offset where a long one is missing', () => {
    const index = encode(tableOf([2 ** 33]));
    const body = Buffer.concat([index.subarray(0, -48), index.subarray(-40, -20)]);
    const short = Buffer.concat([body, createHash('sha1').update(body).digest()]);
    expect(new PackListing(short).offsetAt(0)).toBeNaN();
  });
});
