import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Blob, Repository } from 'nodegit';
import { consolidatePacks } from '../../../lib/git/maintenance/pack-consolidation';
import { git, runGit } from '../../support/temporary-repository';
import {
  addCommits,
  contextOf,
  countOf,
  danglingBlob,
  expectUnharmed,
  looseRepository,
  objectsOf,
  packedRepository,
  packFiles,
} from './repositories';

function inPackFolder(folder: string, name: string): string {
  return path.join(folder, 'objects/pack', name);
}

/** Changes a byte of a file that nobody may write to. */
function damage(file: string, at: number): void {
  const bytes = readFileSync(file);
  const position = at < 0 ? bytes.length + at : at;
  bytes[position] = (bytes[position] as number) ^ 0xff;
  chmodSync(file, 0o644);
  writeFileSync(file, bytes);
}

/** How many deltas there are in all packs. */
function deltasOf(folder: string): number {
  const lists = packFiles(folder, '.idx').map((name) =>
    git(folder, 'verify-pack', '-v', inPackFolder(folder, name)),
  );
  return lists.join('\n').match(/^[0-9a-f]{40} \w+ +\d+ \d+ \d+ \d+ [0-9a-f]{40}$/gm)?.length ?? 0;
}

describe('Consolidating packs', () => {
  it('makes one of packs of a size, with the very same objects, deltas as deltas', async () => {
    const folder = packedRepository(6, 4);
    const before = objectsOf(folder);
    const deltas = deltasOf(folder);
    expect(deltas).toBeGreaterThan(10);

    expect(await consolidatePacks(contextOf(folder))).toBe(6);
    expect(packFiles(folder, '.pack')).toHaveLength(1);
    expect(deltasOf(folder)).toBe(deltas);
    expectUnharmed(folder, before);
  });

  it('copies deltas that name their base by oid, too', async () => {
    const folder = packedRepository(2, 3);
    git(folder, '-c', 'repack.useDeltaBaseOffset=false', 'repack', '-a', '-d', '-f', '-q');
    addCommits(folder, 6);
    git(folder, '-c', 'repack.useDeltaBaseOffset=false', 'repack', '-d', '-q');
    const before = objectsOf(folder);
    const deltas = deltasOf(folder);
    expect(await consolidatePacks(contextOf(folder))).toBe(2);
    expect(deltasOf(folder)).toBe(deltas);
    expectUnharmed(folder, before);
  });

  it('copies an object that is in several packs once', async () => {
    const folder = packedRepository(3, 4);
    const before = objectsOf(folder);
    // All of it again in another form, with other deltas.
    const list = before
      .map((line) => line.slice(0, 40))
      .reverse()
      .join('\n');
    const pack = inPackFolder(folder, 'pack');
    runGit(folder, ['pack-objects', '--no-reuse-delta', '--window=50', '-q', pack], { input: list });
    runGit(folder, ['pack-objects', '--window=0', '--no-reuse-delta', '-q', pack], {
      input: list.slice(0, 41 * 20),
    });
    expect(packFiles(folder, '.pack')).toHaveLength(5);

    await consolidatePacks(contextOf(folder));
    expect(countOf(folder, 'in-pack')).toBe(before.length);
    expectUnharmed(folder, before);
  });

  it('keeps what becomes the only pack, when the others have nothing else', async () => {
    const folder = packedRepository(1, 6);
    const before = objectsOf(folder);
    const some = before
      .slice(0, before.length - 3)
      .map((line) => line.slice(0, 40))
      .join('\n');
    runGit(folder, ['pack-objects', '-q', inPackFolder(folder, 'pack')], { input: some });
    await consolidatePacks(contextOf(folder));
    expect(packFiles(folder, '.pack')).toHaveLength(1);
    expectUnharmed(folder, before);
  });

  it('keeps what nothing refers to', async () => {
    const folder = packedRepository(3);
    const oid = danglingBlob(folder, 'nothing refers to this');
    runGit(folder, ['pack-objects', '-q', inPackFolder(folder, 'pack')], { input: oid });
    git(folder, 'prune-packed');
    const before = objectsOf(folder);
    await consolidatePacks(contextOf(folder));
    expectUnharmed(folder, before);
    // With all the time that git gives to it.
    git(folder, 'gc', '--quiet');
    expect(git(folder, 'cat-file', '-t', oid)).toBe('blob');
  });

  it('leaves a large pack alone beside a small one, and packs that are protected or cruft', async () => {
    const folder = packedRepository(1, 12);
    const [large = ''] = packFiles(folder, '.pack');
    danglingBlob(folder, 'cruft');
    git(folder, 'repack', '--cruft', '-d', '-q');
    const [cruft = ''] = packFiles(folder, '.mtimes');
    addCommits(folder, 1);
    git(folder, 'repack', '-d', '-q');
    const before = packFiles(folder, '');
    expect(await consolidatePacks(contextOf(folder))).toBe(0);
    expect(packFiles(folder, '')).toEqual(before);

    addCommits(folder, 1);
    git(folder, 'repack', '-d', '-q');
    const [kept = ''] = packFiles(folder, '.pack').filter((name) => !before.includes(name));
    writeFileSync(inPackFolder(folder, kept.replace('.pack', '.keep')), '');
    expect(await consolidatePacks(contextOf(folder))).toBe(0);
    expect(packFiles(folder, '')).toEqual(expect.arrayContaining([large, cruft, kept]));
  });

  it('removes a multi-pack index that names packs which are gone, and the bitmaps and the like of those', async () => {
    const folder = packedRepository(1, 4);
    git(folder, 'repack', '-a', '-d', '-b', '-q');
    git(folder, 'config', 'pack.writeReverseIndex', 'true');
    addCommits(folder, 4);
    git(folder, 'repack', '-d', '-q');
    git(folder, 'multi-pack-index', 'write');
    expect(packFiles(folder, '.bitmap')).toHaveLength(1);
    const before = objectsOf(folder);

    expect(await consolidatePacks(contextOf(folder))).toBe(2);
    const [name = ''] = packFiles(folder, '.pack');
    expect(packFiles(folder, '')).toEqual([name.replace('.pack', '.idx'), name]);
    expectUnharmed(folder, before);
  });

  it('is not noticed by a repository that is open', async () => {
    const folder = packedRepository(4);
    git(folder, 'multi-pack-index', 'write');
    const blobs = objectsOf(folder).filter((line) => line.includes(' blob '));
    const open = await Repository.open(folder);
    const read = async (lines: readonly string[]): Promise<void> => {
      for (const line of lines) await Blob.lookup(open, line.slice(0, 40));
    };
    await read(blobs.slice(0, 3));
    await consolidatePacks(contextOf(folder));
    await read(blobs);
    await read(blobs.slice(0, 3));
  });

  describe('leaves a damaged pack as it is, tells of it, and consolidates the others', () => {
    const DAMAGES: readonly [string, (pack: string) => void, RegExp][] = [
      [
        'in the middle of the pack',
        (pack) => {
          damage(pack, 200);
        },
        /checksum|unknown type|no base|breaks off/,
      ],
      [
        'at the end of the pack',
        (pack) => {
          damage(pack, -1);
        },
        /do not belong together/,
      ],
      [
        'in the index',
        (pack) => {
          damage(pack.replace('.pack', '.idx'), 1200);
        },
        /checksum that it ends with/,
      ],
      [
        'cut short',
        (pack) => {
          cutShort(pack);
        },
        /belong together|breaks off/,
      ],
    ];
    const cutShort = (pack: string): void => {
      chmodSync(pack, 0o644);
      writeFileSync(pack, readFileSync(pack).subarray(0, 10));
    };

    it.each(DAMAGES)('%s', async (what, makeDamage, message) => {
      const folder = packedRepository(5);
      const before = objectsOf(folder);
      const [name = ''] = packFiles(folder, '.pack');
      const original = readFileSync(inPackFolder(folder, name));
      const index = readFileSync(inPackFolder(folder, name.replace('.pack', '.idx')));
      makeDamage(inPackFolder(folder, name));
      const context = contextOf(folder);

      expect(await consolidatePacks(context)).toBe(4);
      expect(context.problems).toEqual([
        {
          path: inPackFolder(folder, what === 'in the index' ? name.replace('.pack', '.idx') : name),
          message: expect.stringMatching(message) as string,
        },
      ]);
      expect(packFiles(folder, '.pack')).toHaveLength(2);
      expect(packFiles(folder, '.pack')).toContain(name);
      expect(packFiles(folder, '').filter((each) => each.startsWith('tmp'))).toEqual([]);
      // Mended, all is there.
      writeFileSync(inPackFolder(folder, name), original);
      chmodSync(inPackFolder(folder, name.replace('.pack', '.idx')), 0o644);
      writeFileSync(inPackFolder(folder, name.replace('.pack', '.idx')), index);
      expectUnharmed(folder, before);
    });
  });

  it('goes on without a pack that somebody else has repacked meanwhile', async () => {
    const folder = packedRepository(4);
    const [name = ''] = packFiles(folder, '.pack');
    const context = contextOf(folder);
    const idx = inPackFolder(folder, name.replace('.pack', '.idx'));
    const progress = (): void => {
      rmSync(inPackFolder(folder, name), { force: true });
      rmSync(idx, { force: true });
    };
    expect(await consolidatePacks({ ...context, progress })).toBe(3);
    expect(context.problems).toEqual([]);
    expect(existsSync(idx)).toBe(false);
  });

  it('does nothing without packs', async () => {
    expect(await consolidatePacks(contextOf(looseRepository(1)))).toBe(0);
  });
});
