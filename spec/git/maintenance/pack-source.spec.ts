import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { listPacks } from '../../../lib/git/maintenance/pack-list';
import type { PackFile } from '../../../lib/git/maintenance/pack-list';
import { MAX_READ_BYTES, PackSource, UnusablePack } from '../../../lib/git/maintenance/pack-source';
import { encodedIndex, withChecksum } from '../../object/pack/encoded-index';
import { openFilesIn } from '../../support/open-files';
import { commitFiles, git } from '../../support/temporary-repository';
import { looseRepository, packedRepository } from './repositories';

let folder: string;
let objectsFolder: string;
let pack: PackFile;
let files: { readonly pack: string; readonly index: string };

async function prepare(repository: string): Promise<void> {
  folder = repository;
  objectsFolder = path.join(folder, 'objects');
  [pack] = (await listPacks(objectsFolder)) as [PackFile];
  const file = path.join(objectsFolder, 'pack', pack.name);
  files = { pack: `${file}.pack`, index: `${file}.idx` };
}

beforeEach(() => prepare(packedRepository(1, 3)));

function overwrite(file: string, bytes: Buffer): void {
  chmodSync(file, 0o644);
  writeFileSync(file, bytes);
}

/** Replaces the index by one that has the objects of the pack elsewhere. */
function moveObjects(move: (offset: number, place: number) => number): Buffer {
  const checksum = readFileSync(files.pack).subarray(-20);
  const lines = git(folder, 'verify-pack', '-v', files.index).matchAll(
    /^([0-9a-f]{40}) \w+ +\d+ \d+ (\d+)/gm,
  );
  const packed = Array.from(lines, ([, oid = '', offset], place) => ({
    oid,
    offset: move(Number(offset), place),
    crc32: 0,
  }));
  return encodedIndex(packed, checksum);
}

async function refusal(action: () => Promise<unknown>): Promise<UnusablePack> {
  const error: unknown = await action().then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof UnusablePack) return error;
  throw new Error(`It did not refuse the pack: ${String(error)}`);
}

describe('A pack that is copied from', () => {
  it('has its entries one after the other, from the header to the checksum', async () => {
    const source = await PackSource.open(objectsFolder, pack);
    const entries = await source.entries();
    expect(entries.order).toHaveLength(pack.objects);
    expect(entries.offsetOf(0)).toBe(12);
    for (let number = 0; number < pack.objects; number++) {
      expect(entries.findAt(entries.offsetOf(number))).toBe(entries.order[number]);
      expect(entries.findAt(entries.offsetOf(number) + 1)).toBe(-1);
      const next =
        number + 1 < pack.objects ? entries.offsetOf(number + 1) : readFileSync(files.pack).length - 20;
      expect(entries.endOf(number)).toBe(next);
    }
    await source.close();
  });

  it('can be read, forwards and backwards, also when git has deleted it', async () => {
    folder = looseRepository(0);
    const content = Array.from({ length: 300_000 }, () => Math.random().toString(36)).join('');
    commitFiles(folder, 'refs/heads/main', { files: { large: content } });
    git(folder, 'repack', '-adq');
    await prepare(folder);
    const bytes = readFileSync(files.pack);
    expect(bytes.length).toBeGreaterThan(MAX_READ_BYTES * 1.5);
    const source = await PackSource.open(objectsFolder, pack);
    for (const file of Object.values(files)) rmSync(file);
    const places = [0, 12, bytes.length - 20, 40, MAX_READ_BYTES - 5, MAX_READ_BYTES, 3, bytes.length - 1];
    for (const at of places) {
      const length = Math.min(10, bytes.length - at);
      expect((await source.read(at, length)).equals(bytes.subarray(at, at + length))).toBe(true);
    }
    source.rest();
    expect((await source.read(0, MAX_READ_BYTES)).equals(bytes.subarray(0, MAX_READ_BYTES))).toBe(true);
    expect((await refusal(() => source.read(bytes.length - 5, 6))).message).toBe('the pack breaks off');
    await source.close();
  });

  it.each([
    ['pack', true],
    ['index', true],
  ] as const)('may have gone since it was listed, which is no damage: its %s', async (which, vanished) => {
    rmSync(files[which]);
    expect(await refusal(() => PackSource.open(objectsFolder, pack))).toMatchObject({ pack, vanished });
    expect(openFilesIn(objectsFolder)).toEqual([]);
  });

  it.each<[string, () => void, RegExp]>([
    [
      'an index that breaks off',
      () => {
        overwrite(files.index, readFileSync(files.index).subarray(0, 900));
      },
      /^the index breaks off$/,
    ],
    [
      'the index of another pack',
      () => {
        const index = readFileSync(files.index).subarray(0, -20);
        overwrite(files.index, withChecksum(index.fill(1, index.length - 20)));
      },
      /^pack and index do not belong together$/,
    ],
    [
      'nothing in it',
      () => {
        overwrite(files.pack, Buffer.alloc(0));
      },
      /^the pack breaks off$/,
    ],
  ])('is refused, and closed, when it has %s', async (_, damage, message) => {
    damage();
    const error = await refusal(() => PackSource.open(objectsFolder, pack));
    expect(error).toMatchObject({ pack, vanished: false });
    expect(error.message).toMatch(message);
    expect(openFilesIn(objectsFolder)).toEqual([]);
  });

  it.each([
    ['behind the pack', (index: Buffer) => index, 'the index is of a longer pack'],
    [
      'among long offsets that are missing',
      (index: Buffer) => Buffer.concat([index.subarray(0, -28), index.subarray(-20)]),
      'the index breaks off',
    ],
  ])('is refused when its index has an object %s', async (_, change, message) => {
    const index = moveObjects((offset, place) => (place === 2 ? 2 ** 33 : offset));
    overwrite(files.index, withChecksum(change(index)));
    const source = await PackSource.open(objectsFolder, pack);
    expect(await refusal(() => source.entries())).toMatchObject({ vanished: false, message });
    await source.close();
  });
});
