import { copyFileSync, readdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { findInPack, findInPacks } from '../../../lib/git/pack/pack-index-reader';
import { hashObject } from '../../../lib/object/oid';
import { commitFiles, git, temporaryRepository } from '../../support/temporary-repository';

const MISSING = '1'.repeat(40);

let folder: string;
let objects: string;

beforeEach(() => {
  folder = temporaryRepository();
  objects = path.join(folder, '.git/objects');
});

/** Commits some files and packs what is not packed yet. */
function packAnew(name: string, count: number): void {
  const files = Object.fromEntries(Array.from({ length: count }, (_, at) => [`${at}`, `${name} ${at}`]));
  commitFiles(folder, `refs/heads/${name}`, { files });
  git(folder, 'repack', '-dq');
}

function packs(): string[] {
  const files = readdirSync(path.join(objects, 'pack')).filter((file) => file.endsWith('.pack'));
  return files.map((file) => path.join(objects, 'pack', file));
}

describe('an object in packs', () => {
  it('is found where git says that it is, whatever its oid', () => {
    packAnew('one', 90);
    packAnew('two', 3);
    let objectsSeen = 0;
    for (const pack of packs()) {
      const listed = git(folder, 'verify-pack', '-v', pack).matchAll(/^([0-9a-f]{40}) \w+ +\d+ \d+ (\d+)/gm);
      for (const [, oid = '', offset] of listed) {
        expect(findInPacks(objects, oid)).toEqual({
          locations: [{ pack, offset: Number(offset) }],
          vanished: false,
        });
        expect(findInPack(pack, oid)).toBe(Number(offset));
        objectsSeen++;
      }
      expect(findInPack(pack, MISSING)).toBeUndefined();
    }
    expect(objectsSeen).toBe(92 + 5);
  });

  it('is found in all packs that have it', () => {
    packAnew('one', 3);
    const oid = hashObject('blob', Buffer.from('one 1'));
    const [pack = ''] = packs();
    const copies = ['.pack', '.idx'].map((extension) => pack.replace('.pack', extension));
    for (const file of copies) copyFileSync(file, file.replace('/pack-', '/pack-copy-'));
    const found = findInPacks(objects, oid).locations.map((location) => path.basename(location.pack));
    expect(found.sort()).toEqual(
      [path.basename(pack), path.basename(pack).replace('pack-', 'pack-copy-')].sort(),
    );
  });

  it('may have gone to another pack meanwhile, which is told', () => {
    packAnew('one', 3);
    symlinkSync('gone.idx', path.join(objects, 'pack/pack-gone.idx'));
    expect(findInPacks(objects, hashObject('blob', Buffer.from('one 1')))).toMatchObject({
      locations: [{ pack: packs()[0] }],
      vanished: true,
    });
  });

  it('is not found where there are none', () => {
    expect(findInPacks(objects, MISSING)).toEqual({ locations: [], vanished: false });
    expect(findInPacks(path.join(folder, 'missing'), MISSING)).toEqual({ locations: [], vanished: false });
    packAnew('one', 20);
    for (const oid of ['0'.repeat(40), 'f'.repeat(40), MISSING]) {
      expect(findInPacks(objects, oid)).toEqual({ locations: [], vanished: false });
    }
  });
});
