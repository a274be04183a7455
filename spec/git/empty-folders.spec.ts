import { existsSync, mkdirSync, openSync, closeSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { inFolder, removeEmptyFolders } from '../../lib/git/empty-folders';
import { temporaryFolder } from '../support/temporary-repository';

describe('Empty folders', () => {
  it('are removed with all that is in them', () => {
    const folder = path.join(temporaryFolder(), 'a');
    mkdirSync(path.join(folder, 'b/c'), { recursive: true });
    mkdirSync(path.join(folder, 'd'));
    expect(removeEmptyFolders(folder)).toBe(true);
    expect(existsSync(folder)).toBe(false);
    expect(removeEmptyFolders(folder)).toBe(true);
  });

  it('stay where a file is in one of them, and so does the file', () => {
    const folder = path.join(temporaryFolder(), 'a');
    mkdirSync(path.join(folder, 'b/c'), { recursive: true });
    writeFileSync(path.join(folder, 'b/c/file'), '');
    expect(removeEmptyFolders(folder)).toBe(false);
    expect(existsSync(path.join(folder, 'b/c/file'))).toBe(true);
    expect(removeEmptyFolders(path.join(folder, 'b/c/file'))).toBe(false);
  });
});

describe('A file that is opened in a folder', () => {
  it('gets its folders, again when they are removed meanwhile', () => {
    const top = temporaryFolder();
    const file = path.join(top, 'a/b/file');
    let attempts = 0;
    const descriptor = inFolder(file, () => {
      if (++attempts === 2) rmSync(path.join(top, 'a'), { recursive: true });
      return openSync(file, 'wx');
    });
    closeSync(descriptor);
    expect({ attempts, isThere: existsSync(file) }).toEqual({ attempts: 3, isThere: true });
  });

  it('is given up when a folder cannot be made, or does not stay', () => {
    const top = temporaryFolder();
    writeFileSync(path.join(top, 'a'), '');
    expect(() => inFolder(path.join(top, 'a/file'), () => openSync(path.join(top, 'a/file'), 'wx'))).toThrow(
      /ENOTDIR/,
    );
    const never = (): number => openSync(path.join(top, 'b/c'), 'r');
    expect(() => inFolder(path.join(top, 'b/c'), never)).toThrow(/ENOENT/);
  });
});
