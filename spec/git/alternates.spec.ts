import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { objectFolders } from '../../lib/git/alternates';
import { git, temporaryFolder, temporaryRepository } from '../support/temporary-repository';

/** Makes a folder for objects that has these alternates. */
function objectsWith(folder: string, alternates?: string): string {
  mkdirSync(path.join(folder, 'info'), { recursive: true });
  if (alternates !== undefined) writeFileSync(path.join(folder, 'info/alternates'), alternates);
  return folder;
}

describe('the folders of objects', () => {
  it('are one when there are no alternates', () => {
    const objects = path.join(temporaryRepository(), '.git/objects');
    expect(objectFolders(objects)).toEqual([objects]);
    expect(objectFolders('/nowhere')).toEqual(['/nowhere']);
  });

  it('are those of a shared clone and of what it was cloned from, also when that is shared', () => {
    const original = temporaryRepository();
    const clones = temporaryFolder();
    const [first, second] = [path.join(clones, 'first'), path.join(clones, 'second')];
    git(clones, 'clone', '--quiet', '--shared', original, first);
    git(clones, 'clone', '--quiet', '--shared', first, second);
    const folders = [second, first, original].map((each) => path.join(each, '.git/objects'));
    expect(objectFolders(folders[0] as string)).toEqual(folders);
  });

  it('may be named relative to the first one, with empty lines and comments between them', () => {
    const root = temporaryFolder();
    const objects = objectsWith(path.join(root, 'a'), '# shared\n\n../b\n../missing');
    objectsWith(path.join(root, 'b'));
    expect(objectFolders(objects)).toEqual(['a', 'b', 'missing'].map((name) => path.join(root, name)));
  });

  it('come to an end, however they name one another', () => {
    const root = temporaryFolder();
    for (let count = 0; count < 20; count++) {
      objectsWith(path.join(root, String(count)), `../${count}\n../${count - 1}\n../${count + 1}\n`);
    }
    const folders = objectFolders(path.join(root, '0'));
    expect(new Set(folders).size).toBe(folders.length);
    expect(folders.length).toBeLessThan(20);
  });
});
