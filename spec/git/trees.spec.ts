import { lookUpTree } from '../../lib/git/trees';
import { errorOf } from '../support/error-of';
import { commitFiles, git } from '../support/temporary-repository';
import { open } from './opened';

describe('the tree of an oid', () => {
  it('is an object of nodegit with the entries that git lists', async () => {
    const { folder, repository } = await open();
    commitFiles(folder, 'refs/heads/main', { files: { 'a/b': 'x', c: 'y' } });
    const tree = await lookUpTree(repository, git(folder, 'rev-parse', 'main^{tree}'));
    expect(tree.entries().map((entry) => entry.path())).toEqual(['a', 'c']);
  });

  it.each([
    ['of nothing', () => '1'.repeat(40)],
    ['of a commit', (folder: string) => git(folder, 'rev-parse', 'main')],
    ['of a blob', (folder: string) => git(folder, 'rev-parse', 'main:a')],
  ])('is not found when it is %s', async (_, oidIn) => {
    const { folder, repository } = await open();
    commitFiles(folder, 'refs/heads/main', { files: { a: 'x' } });
    const oid = oidIn(folder);
    expect(await errorOf(() => lookUpTree(repository, oid))).toMatchObject({
      code: 'OBJECT_NOT_FOUND',
      message: `The repository has no tree ${oid}.`,
      details: { oid },
    });
  });
});
