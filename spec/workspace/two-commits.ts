import type { Workspace } from 'gitmodel';
import { commitFiles } from '../support/temporary-repository';
import { copyRepository, emptyRepository, once, openWorkspace } from '../support/workspaces';

/** A repository whose branch `main` has two commits: to be read, or copied. */
export const twoCommits = once(() => {
  const path = emptyRepository();
  const first = commitFiles(path, 'refs/heads/main', { files: { 'a.txt': '1' }, message: 'First' });
  const second = commitFiles(path, 'refs/heads/main', { message: 'Second', parents: [first] });
  return { path, first, second };
});

/** A workspace over a copy of it. */
export async function openTwoCommits(): Promise<{
  readonly path: string;
  readonly ws: Workspace;
  readonly first: string;
  readonly second: string;
}> {
  const path = copyRepository(twoCommits().path);
  return { ...twoCommits(), path, ws: await openWorkspace(path) };
}
