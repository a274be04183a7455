import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { readRoots } from '../../../lib/git/maintenance/roots';
import { commitFiles, git, temporaryFolder, temporaryRepository } from '../../support/temporary-repository';

let folder: string;

beforeEach(() => {
  folder = temporaryRepository({ bare: true });
});

function commit(branch: string, parents: string[] = []): string {
  return commitFiles(folder, branch, { files: { file: branch }, parents });
}

/** What git says that references name. */
function namedByGit(): string[] {
  return git(folder, 'for-each-ref', '--format=%(objectname)').trim().split('\n').sort();
}

describe('The oids that references name', () => {
  it('are those of all references, loose and packed, however deep their names', async () => {
    commit('refs/heads/packed');
    git(folder, 'tag', '--annotate', '--message=x', 'v1', 'packed');
    git(folder, 'pack-refs', '--all');
    commit('refs/heads/loose');
    commit('refs/heads/a/b/c/d');
    commit('refs/remotes/origin/main');
    commit('refs/notes/commits');
    expect(namedByGit()).toHaveLength(6);
    expect(await readRoots(folder)).toEqual(new Set(namedByGit()));
  });

  it('are the new value, and also the packed one, of a branch that was moved since', async () => {
    const before = commit('refs/heads/main');
    git(folder, 'pack-refs', '--all');
    const after = commit('refs/heads/main', [before]);
    expect(await readRoots(folder)).toEqual(new Set([before, after]));
  });

  it('are those of detached heads, also of other worktrees', async () => {
    const [one, other] = [commit('refs/heads/one'), commit('refs/heads/other')];
    git(folder, 'worktree', 'add', '--quiet', '--detach', path.join(temporaryFolder(), 'tree'), other);
    git(folder, 'update-ref', '--no-deref', 'HEAD', one);
    for (const branch of ['one', 'other']) git(folder, 'update-ref', '-d', `refs/heads/${branch}`);
    expect(await readRoots(folder)).toEqual(new Set([one, other]));
  });

  it('are not what is being written, damaged, or names another reference', async () => {
    const oid = commit('refs/heads/main');
    git(folder, 'symbolic-ref', 'refs/heads/symbolic', 'refs/heads/main');
    const write = (name: string, content: string): void => {
      const file = path.join(folder, name);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, content);
    };
    write('refs/heads/new.lock', `${'1'.repeat(40)}\n`);
    write('refs/heads/short', `${'2'.repeat(39)}\n`);
    write('refs/heads/empty', '');
    write('refs/heads/long', `${'3'.repeat(41)}\n`);
    write('MERGE_HEAD', `${'4'.repeat(40)}\n`);
    expect(await readRoots(folder)).toEqual(new Set([oid]));
  });

  it('are none where there are no references, and no repository', async () => {
    expect(await readRoots(folder)).toEqual(new Set());
    expect(await readRoots(path.join(folder, 'missing'))).toEqual(new Set());
  });
});
