import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { CommitGraphFiles } from '../../lib/git/commit-graph-files';
import { commitFiles, git, temporaryRepository } from '../support/temporary-repository';

let folder: string;
let files: CommitGraphFiles;

beforeEach(() => {
  folder = temporaryRepository();
  files = new CommitGraphFiles(path.join(folder, '.git/objects'));
});

function commit(message: string, ...parents: string[]): string {
  return commitFiles(folder, 'refs/heads/main', { files: { message }, message, parents });
}

function knows(oid: string): boolean {
  return files.read()?.find(oid) !== undefined;
}

describe('The files of a commit graph', () => {
  it('are read anew once there are others', () => {
    const first = commit('One');
    expect(knows(first)).toBe(false);
    git(folder, 'commit-graph', 'write', '--reachable');
    expect(knows(first)).toBe(true);

    const second = commit('Two', first);
    expect([knows(first), knows(second)]).toEqual([true, false]);
    git(folder, 'commit-graph', 'write', '--reachable');
    expect([knows(first), knows(second)]).toEqual([true, true]);
  });

  it('may become layers, and single again', () => {
    const first = commit('One');
    git(folder, 'commit-graph', 'write', '--reachable', '--split');
    const second = commit('Two', first);
    git(folder, 'commit-graph', 'write', '--reachable', '--split=no-merge');
    expect([knows(first), knows(second)]).toEqual([true, true]);

    const third = commit('Three', second);
    git(folder, 'commit-graph', 'write', '--reachable');
    expect([first, second, third].map(knows)).toEqual([true, true, true]);
  });

  it('are read only where that is asked for when they are very large', () => {
    const first = commit('One');
    git(folder, 'commit-graph', 'write', '--reachable');
    expect(files.read({ isSmall: true })?.find(first)).toBeDefined();

    const file = path.join(folder, '.git/objects/info/commit-graph');
    const padded = Buffer.concat([readFileSync(file), Buffer.alloc(17 * 1024 * 1024)]);
    rmSync(file);
    writeFileSync(file, padded);
    expect(files.read({ isSmall: true })).toBeUndefined();
    expect(knows(first)).toBe(true);
    expect(files.read({ isSmall: true })).toBeUndefined();
  });

  it('are given up once they are gone', () => {
    const first = commit('One');
    git(folder, 'commit-graph', 'write', '--reachable');
    expect(knows(first)).toBe(true);
    rmSync(path.join(folder, '.git/objects/info/commit-graph'));
    expect(files.read()).toBeUndefined();
  });
});
