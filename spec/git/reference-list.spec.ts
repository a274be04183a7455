import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { listReferences } from '../../lib/git/reference-list';
import { commitFiles, git } from '../support/temporary-repository';
import { expectDamage, open } from './opened';

describe('The list of references', () => {
  it('is that of git, whether they are loose, packed or both', async () => {
    const { folder, repository } = await open();
    const one = commitFiles(folder, 'refs/heads/main');
    const two = commitFiles(folder, 'refs/heads/größe/x', { parents: [one] });
    git(folder, 'tag', '--annotate', '--message=x', 'v1', one);
    for (const ref of ['refs/heads/a-b', 'refs/heads/a/b', 'refs/heads/a.b'])
      git(folder, 'update-ref', ref, one);
    git(folder, 'pack-refs', '--all');
    git(folder, 'update-ref', 'refs/heads/a/b', two);
    git(folder, 'update-ref', 'refs/heads/loose', two);
    git(folder, 'symbolic-ref', 'refs/heads/alias', 'refs/heads/main');
    for (const prefix of [
      'refs/heads/',
      'refs/tags/',
      'refs/',
      'refs/none/',
      'refs/heads/main/',
      'refs/heads/a/',
    ]) {
      const lines = git(folder, 'for-each-ref', '--format=%(objectname) %(refname)', prefix).split('\n');
      const listed = (await listReferences(repository, prefix)).map(({ ref, oid }) => `${oid} ${ref}`);
      expect({ prefix, listed }).toEqual({ prefix, listed: lines.filter(Boolean) });
    }
  });

  it('leaves out what is damaged, leads nowhere, or has a name that is not allowed', async () => {
    const { folder, repository } = await open();
    const oid = commitFiles(folder, 'refs/heads/main');
    const heads = path.join(folder, '.git/refs/heads');
    git(folder, 'symbolic-ref', 'refs/heads/dangling', 'refs/heads/none');
    writeFileSync(path.join(heads, 'damaged'), 'x');
    writeFileSync(path.join(heads, 'empty'), '');
    writeFileSync(path.join(heads, 'main.lock'), `${oid}\n`);
    writeFileSync(path.join(heads, 'b ad'), `${oid}\n`);
    writeFileSync(path.join(heads, '.hidden'), `${oid}\n`);
    git(folder, 'symbolic-ref', 'refs/heads/astray', 'refs/heads/damaged');
    expectDamage(folder);
    const broken: string[] = [];
    const tell = (ref: string): void => void broken.push(ref);
    expect(await listReferences(repository, 'refs/heads/', tell)).toEqual([{ ref: 'refs/heads/main', oid }]);
    expect(broken.sort()).toEqual(
      ['astray', 'damaged', 'dangling', 'empty'].map((each) => `refs/heads/${each}`),
    );
  });
});
