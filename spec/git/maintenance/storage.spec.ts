import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { countPacks, estimateLooseObjects } from '../../../lib/git/maintenance/estimate';
import { measureStorage } from '../../../lib/git/maintenance/storage';
import {
  addCommits,
  countOf,
  danglingBlobs,
  looseRepository,
  packedRepository,
  packFiles,
} from './repositories';
import { git } from '../../support/temporary-repository';

describe('What objects are stored in', () => {
  it('is counted as git counts it', async () => {
    const folder = packedRepository(3);
    addCommits(folder, 2);
    const [name = ''] = packFiles(folder, '.pack');
    writeFileSync(path.join(folder, 'objects/pack', name.replace('.pack', '.keep')), '');
    const { looseObjects, packs } = await measureStorage(path.join(folder, 'objects'));
    expect(looseObjects.count).toBe(countOf(folder, 'count'));
    expect(Math.floor(looseObjects.bytes / 1024)).toBe(countOf(folder, 'size'));
    expect(packs).toMatchObject({ count: 3, objects: countOf(folder, 'in-pack'), kept: 1 });
    expect(Math.floor(packs.bytes / 1024)).toBe(countOf(folder, 'size-pack'));
  });

  it('is counted in packs with an index of version 1 too, and in one that breaks off not at all', async () => {
    const folder = packedRepository(1);
    git(folder, '-c', 'pack.indexVersion=1', 'repack', '-a', '-d', '-f', '-q');
    const objects = countOf(folder, 'in-pack');
    writeFileSync(path.join(folder, 'objects/pack/pack-1.pack'), '');
    writeFileSync(path.join(folder, 'objects/pack/pack-1.idx'), 'short');
    const { packs } = await measureStorage(path.join(folder, 'objects'));
    expect(packs).toMatchObject({ count: 2, objects });
  });

  it('is nothing in a new repository', async () => {
    expect(await measureStorage(path.join(looseRepository(0), 'objects'))).toEqual({
      looseObjects: { count: 0, bytes: 0 },
      packs: { count: 0, objects: 0, bytes: 0, kept: 0 },
    });
  });
});

describe('What objects are stored in, about', () => {
  it('is guessed by one of the 256 folders', async () => {
    const folder = looseRepository(0);
    const objects = path.join(folder, 'objects');
    expect(await estimateLooseObjects(objects)).toBe(0);
    const contents = Array.from({ length: 300 }, (_, number) => `number ${number}`);
    const inSample = danglingBlobs(folder, contents).filter((oid) => oid.startsWith('17')).length;
    expect(await estimateLooseObjects(objects)).toBe(inSample * 256);
  });

  it('counts packs that are not protected', async () => {
    const folder = packedRepository(3);
    const [name = ''] = packFiles(folder, '.pack');
    writeFileSync(path.join(folder, 'objects/pack', name.replace('.pack', '.keep')), '');
    expect(await countPacks(path.join(folder, 'objects'))).toBe(2);
  });
});
