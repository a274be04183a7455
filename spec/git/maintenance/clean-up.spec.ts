import { spawnSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { encodeHolder } from '../../../lib/git/lock-holder';
import { cleanUp } from '../../../lib/git/maintenance/clean-up';
import { keepContent } from '../../../lib/git/pack/keep-file';
import { thisThread } from '../../../lib/git/process';
import { expectCleanRepository, git } from '../../support/temporary-repository';
import { contextOf, looseRepository, makeOld, packedRepository, packFiles } from './repositories';

const ended = spawnSync(process.execPath, ['--version']).pid;

function write(folder: string, name: string, content = 'half of it'): string {
  const file = path.join(folder, 'objects', name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
}

describe('Cleaning up behind killed processes', () => {
  it('removes temporary files of git and of this library that are older than two weeks', async () => {
    const folder = looseRepository(1);
    const names = ['tmp_obj_a', '17/tmp_obj_b', 'pack/tmp_pack_c', 'pack/tmp_idx_d', 'pack/tmp_rev_e'];
    const old = names.map((name) => write(folder, name));
    const young = names.map((name) => write(folder, `${name}2`));
    old.forEach(makeOld);

    const context = contextOf(folder);
    expect(await cleanUp(context)).toEqual({ temporaryFiles: 5, keepFiles: 0, lockFiles: 0, bytes: 50 });
    expect(old.filter(existsSync)).toEqual([]);
    expect(young.filter(existsSync)).toEqual(young);
    expect(context.problems).toEqual([]);
    young.forEach((file) => {
      rmSync(file);
    });
  });

  it('removes those of an earlier upkeep at once', async () => {
    const folder = looseRepository(1);
    write(folder, 'pack/tmp_pack_gitmodel_1');
    write(folder, 'pack/tmp_idx_gitmodel_1');
    expect((await cleanUp(contextOf(folder))).temporaryFiles).toBe(2);
    expect(packFiles(folder, '')).toEqual([]);
  });

  it('removes a pack without an index that is older than two weeks, unless it is protected', async () => {
    const folder = looseRepository(1);
    const [old, young, kept] = ['1', '2', '3'].map((name) => write(folder, `pack/pack-${name}.pack`)) as [
      string,
      string,
      string,
    ];
    write(folder, 'pack/pack-3.keep');
    [old, kept].forEach(makeOld);
    expect((await cleanUp(contextOf(folder))).temporaryFiles).toBe(1);
    expect([old, young, kept].map(existsSync)).toEqual([false, true, true]);
  });

  it('removes what protects a pack, when the process of this library that needed it is gone', async () => {
    const folder = packedRepository(1);
    const abandoned = keepContent().replace(String(process.pid), String(ended));
    const [name = ''] = packFiles(folder, '.pack');
    const keep = write(folder, `pack/${name.replace('.pack', '.keep')}`, abandoned);
    const others = [
      write(folder, 'pack/pack-running.keep', keepContent()),
      write(folder, 'pack/pack-remote.keep', abandoned.replace(hostname(), 'another.example')),
      write(folder, 'pack/pack-foreign.keep', 'by hand'),
    ];
    expect(await cleanUp(contextOf(folder))).toEqual({
      temporaryFiles: 0,
      keepFiles: 1,
      lockFiles: 0,
      bytes: 0,
    });
    expect([keep, ...others].map(existsSync)).toEqual([false, true, true, true]);
    git(folder, 'log');
    expectCleanRepository(folder);
  });

  it('removes lock files whose process is gone, and old ones that say nothing, but no others', async () => {
    const folder = looseRepository(1);
    const link = (name: string, pid: number, machine = thisThread().machine): string => {
      const file = path.join(folder, name);
      mkdirSync(path.dirname(file), { recursive: true });
      symlinkSync(encodeHolder({ ...thisThread(), pid, start: null, machine }), file);
      return name;
    };
    const old = path.join(folder, 'refs/tags/old.lock');
    writeFileSync(old, '');
    makeOld(old);
    const gone = ['packed-refs.lock', 'HEAD.lock', 'refs/heads/a/b.lock'].map((name) => link(name, ended));
    const kept = [
      link('config.lock', process.pid),
      link('refs/heads/far.lock', ended, '0123456789abcdef'),
      link('index.lock', ended),
    ];
    expect((await cleanUp(contextOf(folder))).lockFiles).toBe(4);
    const isThere = (name: string): boolean =>
      lstatSync(path.join(folder, name), { throwIfNoEntry: false }) !== undefined;
    expect([...gone, 'refs/tags/old.lock'].filter(isThere)).toEqual([]);
    expect(kept.filter(isThere)).toEqual(kept);
  });

  it('tells what it cannot remove', async () => {
    const folder = looseRepository(1);
    const inTheWay = path.join(folder, 'objects/pack/tmp_pack_folder');
    mkdirSync(inTheWay);
    makeOld(inTheWay);
    const context = contextOf(folder);
    await cleanUp(context);
    expect(context.problems).toEqual([
      { path: inTheWay, message: expect.stringContaining('It could not be removed') as string },
    ]);
  });
});
