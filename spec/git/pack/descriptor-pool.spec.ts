import { fstatSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DescriptorPool } from '../../../lib/git/pack/descriptor-pool';
import { temporaryFolder } from '../../support/temporary-repository';

/** How many files a pool keeps open. */
const LIMIT = 64;

function makeFiles(count: number): string[] {
  const folder = temporaryFolder();
  const files = Array.from({ length: count }, (_, number) => path.join(folder, String(number)));
  for (const file of files) writeFileSync(file, 'content');
  return files;
}

function isOpen(descriptor: number): boolean {
  try {
    fstatSync(descriptor);
    return true;
  } catch {
    return false;
  }
}

const unchecked = (): void => undefined;

describe('Files that are kept open', () => {
  it('are opened, and checked, once', () => {
    const [file = ''] = makeFiles(1);
    const pool = new DescriptorPool();
    const check = jest.fn();
    const descriptor = pool.open(file, check);
    rmSync(file);
    expect(pool.open(file, check)).toBe(descriptor);
    expect(check.mock.calls).toEqual([[descriptor]]);
    pool.close(file);
    expect(isOpen(descriptor)).toBe(false);
    expect(() => pool.open(file, check)).toThrow('ENOENT');
  });

  it('are so many and no more: the one that nobody has read from for the longest time is closed', () => {
    const files = makeFiles(LIMIT + 1);
    const pool = new DescriptorPool();
    const descriptors = files.slice(0, LIMIT).map((file) => pool.open(file, unchecked));
    expect(descriptors.every(isOpen)).toBe(true);
    pool.open(files[0] as string, unchecked);
    // Its number may be that of the file that was closed.
    const inodeOf = (descriptor: number): number => fstatSync(descriptor).ino;
    const closed = inodeOf(descriptors[1] as number);
    const last = pool.open(files[LIMIT] as string, unchecked);
    const open = [...descriptors, last].filter(isOpen).map(inodeOf);
    expect(open).not.toContain(closed);
    expect(new Set(open).size).toBe(LIMIT);
    for (const file of files) pool.close(file);
    expect([...descriptors, last].some(isOpen)).toBe(false);
  });

  it('are closed again when they are not what they should be', () => {
    const [file = ''] = makeFiles(1);
    const pool = new DescriptorPool();
    const seen: number[] = [];
    const refuse = (descriptor: number): void => {
      seen.push(descriptor);
      throw new Error('not this one');
    };
    expect(() => pool.open(file, refuse)).toThrow('not this one');
    expect(() => pool.open(file, refuse)).toThrow('not this one');
    expect(seen.map(isOpen)).toEqual([false, false]);
  });
});
