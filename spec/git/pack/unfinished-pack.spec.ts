import { randomBytes } from 'node:crypto';
import { chmodSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { inflateSync } from 'node:zlib';
import { putInPlace, temporaryPackFiles } from '../../../lib/git/pack/pack-files';
import type { PackFiles } from '../../../lib/git/pack/pack-files';
import { UnfinishedPack } from '../../../lib/git/pack/unfinished-pack';
import { hashObject } from '../../../lib/object/oid';
import { OidPages } from '../../../lib/object/pack/oid-pages';
import { decodeEntryHeader } from '../../../lib/object/pack/pack-entry-codec';
import { expectCleanRepository, git, temporaryRepository } from '../../support/temporary-repository';

let folder: string;
let files: PackFiles;
let pack: UnfinishedPack;
let oids: OidPages;

beforeEach(() => {
  folder = temporaryRepository({ bare: true });
  files = temporaryPackFiles(path.join(folder, 'objects/pack'));
  pack = UnfinishedPack.create(files);
  oids = new OidPages();
});

afterEach(() => {
  pack.close();
});

async function add(content: Buffer): Promise<void> {
  oids.push(Buffer.from(hashObject('blob', content), 'hex'));
  await pack.addObject('blob', content);
}

async function contentOf(number: number): Promise<Buffer> {
  const entry = await pack.read(number);
  return inflateSync(entry.subarray(decodeEntryHeader(entry).length));
}

/** Random, so that entries are as large: below, at and above what is kept in memory, alone and with others. */
const SIZES = [0, 1, 60_000, 10_000, 400_000, 600_000, 1_048_576 - 30, 3_000_000, 17, 900_000, 200_000, 5];

describe('A pack that is not finished', () => {
  it('becomes one that git finds correct, with entries of all sizes', async () => {
    for (const size of SIZES) {
      const before = pack.position;
      await add(randomBytes(size));
      expect(pack.position).toBeGreaterThan(before + size);
    }
    expect(pack.size).toBe(SIZES.length);
    const end = pack.position;
    const checksum = await pack.finish(oids.pages);
    await putInPlace(files, path.join(folder, `objects/pack/pack-${checksum}`), true);
    const [index = '', packed = '', ...others] = readdirSync(path.join(folder, 'objects/pack'));
    expect(others).toEqual([]);
    expect(statSync(path.join(folder, 'objects/pack', packed)).size).toBe(end + 20);
    const gits = path.join(folder, 'gits.idx');
    git(folder, 'index-pack', '--strict', '-o', gits, path.join(folder, 'objects/pack', packed));
    expect(readFileSync(path.join(folder, 'objects/pack', index)).equals(readFileSync(gits))).toBe(true);
    expectCleanRepository(folder);
  });

  it('may have no objects', async () => {
    await pack.finish([]);
    git(folder, 'index-pack', '--strict', '-o', path.join(folder, 'gits.idx'), files.pack);
  });

  it('gives back what is in it, at any time, and goes on afterwards', async () => {
    const contents: Buffer[] = [];
    for (const size of SIZES) {
      contents.push(randomBytes(size));
      await add(contents.at(-1) as Buffer);
      for (const number of [0, contents.length - 1]) {
        expect((await contentOf(number)).equals(contents[number] as Buffer)).toBe(true);
      }
    }
    await pack.finish(oids.pages);
    for (const [number, content] of contents.entries()) {
      expect((await contentOf(number)).equals(content)).toBe(true);
    }
    git(folder, 'index-pack', '--strict', '-o', path.join(folder, 'gits.idx'), files.pack);
  });

  it('is not finished when its file was cut off meanwhile', async () => {
    await add(randomBytes(3_000_000));
    chmodSync(files.pack, 0o644);
    truncateSync(files.pack, 1_000_000);
    const message = 'the pack was cut off while it was written';
    await expect(pack.read(0)).rejects.toThrow(message);
    await expect(pack.finish(oids.pages)).rejects.toThrow(message);
    expect(readdirSync(path.join(folder, 'objects/pack'))).toEqual([path.basename(files.pack)]);
  });

  it('does not take files that are there for its own', async () => {
    expect(() => UnfinishedPack.create(files)).toThrow('EEXIST');
    await add(Buffer.from('content'));
    writeFileSync(files.index, 'of somebody else');
    await expect(pack.finish(oids.pages)).rejects.toThrow('EEXIST');
    expect(readFileSync(files.index, 'utf8')).toBe('of somebody else');
  });
});
