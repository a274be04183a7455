import { createHash } from 'node:crypto';
import { truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { PackCaches } from '../../../lib/git/pack/pack-caches';
import { PackIndex } from '../../../lib/git/pack/pack-index';
import { toByteOid } from '../../../lib/object/oid';
import { encodedIndex, withChecksum } from '../../object/pack/encoded-index';
import { openFilesIn, SEES_OPEN_FILES } from '../../support/open-files';
import { temporaryFolder } from '../../support/temporary-repository';

const MISSING = '1'.repeat(40);

/** So many objects have an index that is not read as a whole. */
const LARGE = 5000;
const SMALL = 20;

let file: string;
let caches: PackCaches;

beforeEach(() => {
  file = path.join(temporaryFolder(), 'pack-of-a-spec.idx');
  caches = new PackCaches();
});

function objectsOf(count: number): { oid: string; offset: number; crc32: number }[] {
  return Array.from({ length: count }, (_, number) => ({
    oid: createHash('sha1').update(String(number)).digest('hex'),
    // Some are beyond 2 GiB.
    offset: number % 7 === 0 ? 2 ** 40 + number : 12 + number,
    crc32: number,
  }));
}

function writeIndex(count: number, checksum = Buffer.alloc(20, 7)): ReturnType<typeof objectsOf> {
  const objects = objectsOf(count);
  writeFileSync(file, withChecksum(encodedIndex(objects, checksum)));
  return objects;
}

/** Whether this process has the index open; undefined where that cannot be seen. */
function isOpen(): boolean | undefined {
  return SEES_OPEN_FILES ? openFilesIn(path.dirname(file)).includes(file) : undefined;
}

describe('The index of a pack that is read now and then', () => {
  it.each([
    ['small', SMALL, false],
    ['large', LARGE, true],
  ])('finds all that is in it, and nothing else: a %s one', (_, count, staysOpen) => {
    const objects = writeIndex(count);
    const index = PackIndex.open(file, caches);
    expect(index.objectCount).toBe(count);
    expect(index.packChecksum.equals(Buffer.alloc(20, 7))).toBe(true);
    expect(isOpen() ?? staysOpen).toBe(staysOpen);
    for (const round of [1, 2]) {
      for (const { oid, offset } of objects)
        expect([round, index.find(toByteOid(oid))]).toEqual([round, offset]);
      for (const oid of [MISSING, '0'.repeat(40), 'f'.repeat(40)])
        expect(index.find(toByteOid(oid))).toBeUndefined();
    }
    index.close();
    expect(isOpen() ?? false).toBe(false);
  });

  it('is not read again where it was read, and says when it is gone where it was not', () => {
    const objects = writeIndex(LARGE);
    const index = PackIndex.open(file, caches);
    const [known, other] = ['00', 'ff'].map((byte) => objects.find(({ oid }) => oid.startsWith(byte)));
    expect(known && index.find(toByteOid(known.oid))).toBe(known?.offset);
    truncateSync(file, 2000);
    const sameByte = objects.filter(({ oid, offset }) => oid.startsWith('00') && offset < 2 ** 31);
    expect(sameByte.length).toBeGreaterThan(5);
    for (const { oid, offset } of sameByte) expect(index.find(toByteOid(oid))).toBe(offset);
    expect(() => other && index.find(toByteOid(other.oid))).toThrow('breaks off');
    index.close();
  });

  it('is never taken for another one that has the same objects elsewhere', () => {
    const [first] = writeIndex(LARGE);
    const oid = first?.oid ?? '';
    const one = PackIndex.open(file, caches);
    expect(one.find(toByteOid(oid))).toBe(2 ** 40);
    const moved = objectsOf(LARGE).map((each) => ({ ...each, offset: each.offset + 1 }));
    writeFileSync(`${file}.other`, withChecksum(encodedIndex(moved)));
    const other = PackIndex.open(`${file}.other`, caches);
    expect([one.find(toByteOid(oid)), other.find(toByteOid(oid)), one.find(toByteOid(oid))]).toEqual([
      2 ** 40,
      2 ** 40 + 1,
      2 ** 40,
    ]);
    one.close();
    other.close();
  });

  it.each([
    ['small', SMALL],
    ['large', LARGE],
  ])('is closed again when it is refused: a %s one', (_, count) => {
    const index = withChecksum(encodedIndex(objectsOf(count)));
    const refused: [at: number, value: number, message: string][] = [
      // The last entry of the fan-out table.
      [8 + 255 * 4, count * 2, 'the index breaks off'],
      [8 + 255 * 4, 0, 'the fan-out table of the index is damaged'],
      [4, 3, 'the index is not of version 2'],
    ];
    for (const [at, value, message] of refused) {
      const changed = Buffer.from(index);
      changed.writeUInt32BE(value, at);
      writeFileSync(file, changed);
      expect(() => PackIndex.open(file, caches)).toThrow(message);
      expect(isOpen() ?? false).toBe(false);
    }
  });
});
