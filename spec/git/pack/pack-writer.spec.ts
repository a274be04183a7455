import { randomBytes } from 'node:crypto';
import fs, { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { Blob, Repository } from 'nodegit';
import { ObjectWriteError } from '../../../lib/errors';
import { writePack } from '../../../lib/git/pack/pack-writer';
import type { UnwrittenObject } from '../../../lib/object/node-entry';
import { hashObject } from '../../../lib/object/oid';
import { errorOf } from '../../support/error-of';
import { expectCleanRepository, git, temporaryRepository } from '../../support/temporary-repository';

let folder: string;
let objectsFolder: string;

beforeEach(() => {
  folder = temporaryRepository({ bare: true });
  objectsFolder = path.join(folder, 'objects');
});

function blob(content: Buffer | string): UnwrittenObject {
  const bytes = Buffer.from(content);
  return { oid: hashObject('blob', bytes), type: 'blob', content: bytes };
}

function packFiles(): string[] {
  return readdirSync(path.join(objectsFolder, 'pack'))
    .filter((name) => !name.endsWith('.keep'))
    .sort();
}

describe('Writing a pack', () => {
  const sizes = [0, 1, 15, 16, 300, 4_095, 4_096, 4_097, 128 * 1024, 128 * 1024 + 1, 1_000_000];
  const objects = [
    ...sizes.map((size) => blob(randomBytes(size))),
    ...sizes.map((size) => blob('a'.repeat(size))),
    ...Array.from({ length: 500 }, (_, n) => blob(`number ${n}`)),
  ];

  it('makes a pack that git finds correct, with the index that git would have made', async () => {
    await writePack(objectsFolder, objects);
    const [index = '', pack = ''] = packFiles().map((name) => path.join(objectsFolder, 'pack', name));
    git(folder, 'verify-pack', index);
    const gitsIndex = path.join(folder, 'gits.idx');
    git(folder, 'index-pack', '--strict', '-o', gitsIndex, pack);
    expect(readFileSync(index).equals(readFileSync(gitsIndex))).toBe(true);
    expectCleanRepository(folder);
  });

  it('gives the pack a name of its own, and lets nobody write to it', async () => {
    await writePack(objectsFolder, objects);
    const names = packFiles();
    const [name = ''] = names.map((each) => path.parse(each).name);
    expect(name).toMatch(/^pack-[0-9a-f]{40}$/);
    expect(names).toEqual([`${name}.idx`, `${name}.pack`]);
    for (const name of names) {
      expect(statSync(path.join(objectsFolder, 'pack', name)).mode & 0o777).toBe(0o444);
    }
  });

  it('stores every object as it is', async () => {
    await writePack(objectsFolder, objects);
    for (const { oid, content } of objects.slice(0, 30)) {
      expect(git(folder, 'cat-file', '-s', oid).trim()).toBe(String(content.length));
    }
    const repository = await Repository.open(folder);
    for (const { oid, content } of objects) {
      expect((await Blob.lookup(repository, oid)).content().equals(content)).toBe(true);
    }
  });

  it('is seen at once by a repository that was open before', async () => {
    const repository = await Repository.open(folder);
    const { oid, content } = objects[4] as UnwrittenObject;
    await expect(Blob.lookup(repository, oid)).rejects.toThrow('not found');
    await writePack(objectsFolder, objects);
    expect((await Blob.lookup(repository, oid)).content().equals(content)).toBe(true);
  });

  it('protects the pack from being cleaned up, until its caller gives that up', async () => {
    const keep = (await writePack(objectsFolder, objects)) as string;
    git(folder, 'gc', '--quiet', '--prune=now');
    git(folder, 'repack', '-a', '-d', '-q');
    expect(git(folder, 'count-objects', '-v')).toMatch(
      new RegExp(`in-pack: ${new Set(objects.map(({ oid }) => oid)).size}$`, 'm'),
    );
    rmSync(keep);
    git(folder, 'gc', '--quiet', '--prune=now');
    expect(git(folder, 'count-objects', '-v')).toMatch(/in-pack: 0/);
  });

  it('takes an object once that comes twice', async () => {
    await writePack(objectsFolder, [blob('a'), blob('b'), blob('a')]);
    expect(git(folder, 'count-objects', '-v')).toMatch(/in-pack: 2/);
    expectCleanRepository(folder);
  });

  it('may write the same objects again, also at the same time', async () => {
    await Promise.all([writePack(objectsFolder, objects), writePack(objectsFolder, objects)]);
    await writePack(objectsFolder, objects);
    // None of them has the name of another, which may be about to be deleted.
    expect(packFiles()).toHaveLength(6);
    expectCleanRepository(folder);
  });

  it('makes the folder of the packs when it is gone', async () => {
    rmSync(path.join(objectsFolder, 'pack'), { recursive: true });
    await writePack(objectsFolder, [blob('a')]);
    expect(packFiles()).toHaveLength(2);
  });

  it('leaves nothing behind when it fails, and says why', async () => {
    // As when `git prune` has taken the index away a moment before: what cannot be timed.
    const { renameSync } = fs;
    const fault = Object.assign(new Error('ENOENT: no such file'), { code: 'ENOENT' });
    const renaming = jest.spyOn(fs, 'renameSync');
    renaming.mockImplementationOnce(renameSync).mockImplementationOnce(() => {
      throw fault;
    });
    const failure = await errorOf(() => writePack(objectsFolder, [blob('a')]));
    renaming.mockRestore();
    expect(failure).toBeInstanceOf(ObjectWriteError);
    expect(failure.cause).toBe(fault);
    expect(packFiles()).toEqual([]);
  });
});
