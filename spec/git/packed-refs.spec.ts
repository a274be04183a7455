import { writeFileSync } from 'node:fs';
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
    const packed = PackedRefs.read(folder);
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
    const packed = PackedRefs.read(folder);
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
    const error = await errorOf(() => PackedRefs.read(folder));
    expect(error).toMatchObject({ code: 'GIT_ERROR', details: { path: path.join(folder, 'packed-refs') } });
  });

  it('has nothing where it is missing', () => {
    const folder = temporaryFolder();
    expect(PackedRefs.read(folder).valueOf('refs/heads/main')).toBeNull();
  });
});
