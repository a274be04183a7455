import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import type { UnwrittenObject } from '../../lib/object/node-entry';
import { hashObject } from '../../lib/object/oid';
import { expectCleanRepository, git } from '../support/temporary-repository';
import { open } from './opened';

function blob(text: string): UnwrittenObject {
  const content = Buffer.from(text);
  return { type: 'blob', oid: hashObject('blob', content), content };
}

/** Which files there are: loose objects by their oids, and the endings of those of packs. */
function filesOf(folder: string): { readonly loose: string[]; readonly packs: string[] } {
  const objects = path.join(folder, '.git/objects');
  const names = readdirSync(objects, { recursive: true }) as string[];
  return {
    loose: names
      .filter((name) => /^[0-9a-f]{2}\/[0-9a-f]{38}$/.test(name))
      .map((name) => name.replace('/', '')),
    packs: names.filter((name) => name.startsWith('pack/')).map((name) => path.extname(name)),
  };
}

const PACK = ['.idx', '.pack'];

const OBJECTS = [blob('one'), blob('another')];
const REF = 'refs/tags/first';

/** Makes a reference to the first of the objects, whether that is there or not. */
function refer(folder: string): Promise<void> {
  return writeFile(path.join(folder, '.git', REF), `${OBJECTS[0]?.oid ?? ''}\n`);
}

/** As while `git gc` runs. */
function beginCleaning(folder: string): () => void {
  const file = path.join(folder, '.git/gc.pid');
  writeFileSync(file, `${process.pid} ${hostname()}`);
  return () => {
    rmSync(file);
  };
}

describe('Publishing objects', () => {
  it('writes files of their own while nobody cleans up', async () => {
    const { folder, objects } = await open();
    await objects.publish(OBJECTS, 'git', async () => {
      expect(filesOf(folder).loose).toHaveLength(2);
      await refer(folder);
    });
    expect(filesOf(folder)).toEqual({ loose: expect.any(Array) as string[], packs: [] });
  });

  it('writes a pack that git leaves alone while somebody does', async () => {
    const { folder, objects } = await open();
    const end = beginCleaning(folder);
    await objects.publish(OBJECTS, 'git', async () => {
      expect(filesOf(folder)).toEqual({ loose: [], packs: expect.arrayContaining(['.keep']) as string[] });
      end();
      git(folder, 'gc', '--quiet', '--prune=now');
      await refer(folder);
    });
    expect(git(folder, 'cat-file', 'blob', REF)).toBe('one');
    expect(filesOf(folder).packs.sort()).toEqual(PACK);
    expectCleanRepository(folder);
  });

  it('does so also for what is there already, to which nothing has led yet', async () => {
    const { folder, objects } = await open();
    await objects.publish(OBJECTS, 'git', () => Promise.resolve());
    const end = beginCleaning(folder);
    await objects.publish(OBJECTS, 'git', async () => {
      end();
      git(folder, 'prune', '--expire=now');
      await refer(folder);
    });
    expect(filesOf(folder)).toEqual({ loose: [], packs: expect.arrayContaining(PACK) as string[] });
    expect(git(folder, 'cat-file', 'blob', REF)).toBe('one');
  });

  it('writes a pack too when somebody has begun by the time that a reference leads there', async () => {
    const { folder, objects } = await open();
    await objects.publish(OBJECTS, 'git', async () => {
      beginCleaning(folder);
      await refer(folder);
    });
    // What the other one has found unreferenced is about to go.
    for (const oid of filesOf(folder).loose) {
      rmSync(path.join(folder, '.git/objects', oid.slice(0, 2), oid.slice(2)));
    }
    expect(git(folder, 'cat-file', 'blob', REF)).toBe('one');
    expect(filesOf(folder).packs.sort()).toEqual(PACK);
  });

  it('writes again what somebody has taken away from beginning to end meanwhile', async () => {
    const { folder, objects } = await open();
    await objects.publish(OBJECTS, 'git', async () => {
      git(folder, 'gc', '--quiet', '--prune=now');
      expect(filesOf(folder).loose).toEqual([]);
      await refer(folder);
    });
    expect(git(folder, 'cat-file', 'blob', REF)).toBe('one');
    expectCleanRepository(folder);
  });

  it('takes no notice of one that was killed', async () => {
    const { folder, objects } = await open();
    writeFileSync(path.join(folder, '.git/gc.pid'), `999999999 ${hostname()}`);
    await objects.publish(OBJECTS, 'git', () => Promise.resolve());
    expect(filesOf(folder).packs).toEqual([]);
  });

  it('takes what is in the place of the lock for one', async () => {
    const { folder, objects } = await open();
    mkdirSync(path.join(folder, '.git/gc.pid'));
    await objects.publish(OBJECTS, 'git', () => refer(folder));
    expect(filesOf(folder).packs.sort()).toEqual(PACK);
    expectCleanRepository(folder);
  });

  it('is no failure when the reference has moved and a pack cannot be written any more; it is told', async () => {
    const { folder, objects } = await open();
    const warning = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const packFolder = path.join(folder, '.git/objects/pack');
    const result = await objects.publish(OBJECTS, 'git', async () => {
      beginCleaning(folder);
      rmSync(packFolder, { recursive: true });
      writeFileSync(packFolder, 'in the way');
      await refer(folder);
      return 'moved';
    });
    rmSync(packFolder);
    expect(result).toBe('moved');
    expect(warning.mock.calls).toEqual([
      [expect.stringContaining('git fsck'), { code: 'GITMODEL_OBJECTS_AT_RISK' }],
    ]);
    warning.mockRestore();
    expect(git(folder, 'cat-file', 'blob', REF)).toBe('one');
  });

  it('fails as what makes the reference does, and keeps nothing from being cleared away', async () => {
    const { folder, objects } = await open();
    beginCleaning(folder);
    const failure = new Error('no reference');
    await expect(objects.publish(OBJECTS, 'git', () => Promise.reject(failure))).rejects.toBe(failure);
    expect(filesOf(folder).packs.sort()).toEqual(PACK);
    expect(existsSync(path.join(folder, '.git', REF))).toBe(false);
  });
});
