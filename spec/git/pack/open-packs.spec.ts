import { readdirSync, renameSync } from 'node:fs';
import path from 'node:path';
import { OpenPacks } from '../../../lib/git/pack/open-packs';
import type { ListedPack } from '../../../lib/git/pack/open-packs';
import { PackCaches } from '../../../lib/git/pack/pack-caches';
import { openFilesIn, SEES_OPEN_FILES } from '../../support/open-files';
import { commitFiles, git, temporaryRepository } from '../../support/temporary-repository';

let packFolder: string;

/** Packs of so many files each. */
function listedPacks(count: number, files: number): ListedPack[] {
  const folder = temporaryRepository();
  packFolder = path.join(folder, '.git/objects/pack');
  for (let pack = 0; pack < count; pack++) {
    const names = Array.from({ length: files }, (_, n) => [`file-${n}`, `${pack} ${n}`]);
    commitFiles(folder, `refs/heads/${pack}`, { files: Object.fromEntries(names) as Record<string, string> });
    git(folder, 'repack', '-dq');
  }
  const names = readdirSync(packFolder).filter((name) => name.endsWith('.pack'));
  expect(names).toHaveLength(count);
  return names.map((name) => ({ file: path.join(packFolder, name), opened: undefined }));
}

function isOpen(packs: readonly ListedPack[]): boolean[] {
  return packs.map(({ opened }) => opened !== undefined);
}

describe('The packs whose indexes are open', () => {
  it('hold so many bytes in memory; those that were opened first go first, and come again', () => {
    const listed = listedPacks(3, 10);
    const [one, two, three] = listed as [ListedPack, ListedPack, ListedPack];
    const size = new OpenPacks(new PackCaches()).open({ ...one })?.indexInMemory ?? 0;
    expect(size).toBeGreaterThan(1000);
    const packs = new OpenPacks(new PackCaches(), { files: 1, bytesInMemory: 2 * size });
    packs.open(one);
    packs.open(two);
    expect(packs.open(one)).toBe(one.opened);
    expect(isOpen(listed)).toEqual([true, true, false]);
    packs.open(three);
    expect(isOpen(listed)).toEqual([false, true, true]);
    packs.shut(two);
    packs.shut(two);
    packs.open(one);
    expect(isOpen(listed)).toEqual([true, false, true]);
  });

  it('are so many files, of large ones', () => {
    const listed = listedPacks(3, 2500);
    const packs = new OpenPacks(new PackCaches(), { files: 2, bytesInMemory: 0 });
    for (const each of listed) expect(packs.open(each)?.indexInMemory).toBeUndefined();
    expect(isOpen(listed)).toEqual([false, true, true]);
    if (SEES_OPEN_FILES) expect(openFilesIn(packFolder)).toHaveLength(2);
    for (const each of listed) packs.shut(each);
    expect(openFilesIn(packFolder)).toEqual([]);
  });

  it('lack one that cannot be opened, until it is tried anew', () => {
    const [pack] = listedPacks(1, 1) as [ListedPack];
    const index = pack.file.replace(/pack$/, 'idx');
    renameSync(index, `${index}-away`);
    const packs = new OpenPacks(new PackCaches());
    expect(packs.open(pack)).toBeNull();
    renameSync(`${index}-away`, index);
    expect(packs.open(pack)).toBeNull();
    packs.shut(pack);
    expect(packs.open(pack)).not.toBeNull();
  });
});
