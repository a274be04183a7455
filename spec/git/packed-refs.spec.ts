import fs, { renameSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { PackedRefs } from '../../lib/git/packed-refs';
import { errorOf } from '../support/error-of';
import { commitFiles, git, temporaryFolder, temporaryRepository } from '../support/temporary-repository';

describe('The file packed-refs', () => {
  it('has the values that git has put there', () => {
    const folder = temporaryRepository({ bare: true });
    const oid = commitFiles(folder, 'refs/heads/main');
    for (const ref of ['refs/heads/mai', 'refs/heads/a/main', 'refs/heads/größe'])
      git(folder, 'update-ref', ref, oid);
    git(folder, 'tag', '--annotate', '--message=x', 'v1', oid);
    git(folder, 'pack-refs', '--all');
    const packed = PackedRefs.read({ commonFolder: folder });
    for (const line of git(folder, 'for-each-ref', '--format=%(objectname) %(refname)').split('\n')) {
      const [value, ref] = line.split(' ') as [string, string];
      expect({ ref, value: packed.valueOf(ref) }).toEqual({ ref, value });
    }
    for (const ref of ['refs/heads/ma', 'refs/heads/a', 'heads/main', 'main', 'refs/heads/main/x'])
      expect({ ref, value: packed.valueOf(ref) }).toEqual({ ref, value: null });
  });

  it('says which names are folders of others', () => {
    const folder = temporaryFolder();
    const oid = '1'.repeat(40);
    writeFileSync(path.join(folder, 'packed-refs'), `${oid} refs/heads/a/b\n${oid} refs/heads/c\n`);
    const packed = PackedRefs.read({ commonFolder: folder });
    const colliding = ['a', 'a/b', 'a/b/c', 'a/bc', 'ab', 'b', 'c', 'c/d', 'c/d/e', 'cd', 'heads/c/d'];
    expect(colliding.filter((name) => packed.collidesWith(`refs/heads/${name}`))).toEqual([
      'a',
      'a/b/c',
      'c/d',
      'c/d/e',
    ]);
  });

  it.each([
    ['that breaks off', `${'1'.repeat(40)} refs/heads/main`],
    ['with other things in it', `${'1'.repeat(40)} refs/heads/a\nOnce upon a time\n`],
    ['with half an oid', `${'1'.repeat(39)} refs/heads/main\n`],
  ])('is damaged, and not empty, as a file %s', async (_, content) => {
    const folder = temporaryFolder();
    writeFileSync(path.join(folder, 'packed-refs'), content);
    const error = await errorOf(() => PackedRefs.read({ commonFolder: folder }));
    expect(error).toMatchObject({ code: 'GIT_ERROR', details: { path: path.join(folder, 'packed-refs') } });
  });

  it('has nothing where it is missing', () => {
    const folder = temporaryFolder();
    expect(PackedRefs.read({ commonFolder: folder }).valueOf('refs/heads/main')).toBeNull();
  });

  it('may have names with any character that is none of ASCII', () => {
    const folder = temporaryFolder();
    const ref = 'refs/tags/a\u00a0b\u2028c';
    writeFileSync(path.join(folder, 'packed-refs'), `${'1'.repeat(40)} ${ref}\n`);
    expect(PackedRefs.read({ commonFolder: folder }).valueOf(ref)).toBe('1'.repeat(40));
  });

  describe('of an open repository', () => {
    const REF = 'refs/heads/main';
    const [ONE, TWO] = ['1'.repeat(40), '2'.repeat(40)];
    let repository: { readonly commonFolder: string };
    let file: string;
    const value = (): string | null => PackedRefs.read(repository).valueOf(REF);

    /** As git does it. */
    function replace(oid: string, hoursAgo: number): void {
      writeFileSync(`${file}.new`, `${oid} ${REF}\n`);
      const time = Date.now() / 1000 - hoursAgo * 3600;
      utimesSync(`${file}.new`, time, time);
      renameSync(`${file}.new`, file);
    }

    /** How often a file was read. Its time of change cannot be set, so that the clock has to go forward. */
    function countReads(code: () => void): number {
      const reads = jest.spyOn(fs, 'readFileSync');
      const clock = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 5000);
      try {
        code();
        return reads.mock.calls.length;
      } finally {
        reads.mockRestore();
        clock.mockRestore();
      }
    }

    beforeEach(() => {
      repository = { commonFolder: temporaryFolder() };
      file = path.join(repository.commonFolder, 'packed-refs');
    });

    it('is read once while it stays the same', () => {
      replace(ONE, 1);
      const reads = countReads(() => {
        for (let time = 0; time < 3; time++) expect(value()).toBe(ONE);
      });
      expect(reads).toBe(1);
      expect(countReads(value)).toBe(0);
    });

    it('is read anew when another one has come into its place, though it has the same size and time', () => {
      replace(ONE, 1);
      countReads(value);
      const { mtimeMs } = statSync(file);
      replace(TWO, 1);
      utimesSync(file, mtimeMs / 1000, mtimeMs / 1000);
      expect(value()).toBe(TWO);
    });

    it('is read each time while it is so new that the next one might have its time', () => {
      replace(ONE, 0);
      for (let round = 0; round < 200; round++) {
        const oid = round % 2 === 0 ? TWO : ONE;
        replace(oid, 0);
        expect(value()).toBe(oid);
      }
    });

    it('is missed when it is gone', () => {
      replace(ONE, 1);
      countReads(value);
      fs.rmSync(file);
      expect(value()).toBeNull();
      replace(TWO, 1);
      expect(value()).toBe(TWO);
    });
  });
});
