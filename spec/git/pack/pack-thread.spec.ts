/** What a thread writes, in processes with the compiled library: here are only its sources, which have no thread. */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { runChild } from '../../support/child-process';
import type { ChildResult } from '../../support/child-process';
import { projectWithLibrary } from '../../support/compiled';
import { expectCleanRepository, git, temporaryRepository } from '../../support/temporary-repository';
import { once } from '../../support/workspaces';

const project = once(() => projectWithLibrary());
const worker = (): string => path.join(project(), 'node_modules/gitmodel/git/pack/pack-worker.js');

/** So many objects that a thread is worth it. */
const MANY = 12_000;

/**
 * Writes a pack in a process of its own, and prints whether a thread was there.
 *
 * @param code What is done before the pack is complete; `writer` writes it.
 */
function writePack(repository: string, code = '', limit = ''): ChildResult {
  const program = `
    const [library, objects] = process.argv.slice(1);
    const threads = require('node:worker_threads');
    let started = 0;
    const Worker = threads.Worker;
    threads.Worker = class extends Worker { constructor(...all) { super(...all); started++; } };
    const { PackWriter } = require(library + '/git/pack/pack-writer');
    const { hashObject } = require(library + '/object/oid');
    (async () => {
      const writer = new PackWriter(objects);
      const blob = (content) => ({ type: 'blob', oid: hashObject('blob', content), content });
      const object = (n) => blob(Buffer.from(('number ' + n + ' ').repeat(n % 50)));
      try {
        for (let n = 0; n < ${MANY}; n++) await writer.add(object(n));
        await writer.add(blob(Buffer.alloc(3_000_000, 'large')));
        ${code}
        await writer.finish();
        console.log('written', started);
      } catch (error) {
        console.log(error.code, error.cause?.code ?? error.cause?.message);
        await writer.abandon();
      }
    })();`;
  const limited = `
    const { spawnSync } = require('node:child_process');
    const command = ['-c', ${JSON.stringify(`${limit} exec "$0" "$@"`)}, process.execPath, '-e', ...process.argv.slice(1)];
    const { stdout, stderr } = spawnSync('sh', command, { encoding: 'utf8' });
    process.stdout.write(stdout + stderr);`;
  const library = path.join(project(), 'node_modules/gitmodel');
  const objects = path.join(repository, 'objects');
  return runChild(limited, { args: [program, library, objects], timeout: 60_000 });
}

/** Replaces the thread's program while a function runs. */
function withProgram(source: string | undefined, code: () => void): void {
  const file = worker();
  const original = readFileSync(file);
  if (source === undefined) rmSync(file);
  else writeFileSync(file, source);
  try {
    code();
  } finally {
    writeFileSync(file, original);
  }
}

function packFolder(repository: string): string[] {
  return readdirSync(path.join(repository, 'objects/pack')).filter((name) => !name.endsWith('.keep'));
}

describe('A pack of many objects', () => {
  it('is written by a thread, and is the same as without one', () => {
    const [threaded, alone] = [temporaryRepository({ bare: true }), temporaryRepository({ bare: true })];
    expect(writePack(threaded).stdout).toBe('written 1\n');
    withProgram(undefined, () => {
      expect(writePack(alone).stdout).toBe('written 0\n');
    });
    expect(packFolder(threaded)).toHaveLength(2);
    for (const ending of ['.idx', '.pack']) {
      const [one, other] = [threaded, alone].map((each) => {
        const name = packFolder(each).find((file) => file.endsWith(ending)) ?? '';
        return readFileSync(path.join(each, 'objects/pack', name));
      });
      expect(one?.equals(other as Buffer)).toBe(true);
    }
    const [pack = ''] = packFolder(threaded).filter((name) => name.endsWith('.pack'));
    const gitsIndex = path.join(threaded, 'gits.idx');
    git(threaded, 'index-pack', '--strict', '-o', gitsIndex, path.join(threaded, 'objects/pack', pack));
    const index = readFileSync(path.join(threaded, 'objects/pack', pack.replace('.pack', '.idx')));
    expect(index.equals(readFileSync(gitsIndex))).toBe(true);
    expectCleanRepository(threaded);
  });

  it('can be read back before it is complete', () => {
    const repository = temporaryRepository({ bare: true });
    const read = `
      for (const n of [0, 1, 49, 6_000, ${MANY - 1}]) {
        const { type, content } = await writer.read(object(n).oid);
        if (type !== 'blob' || !content.equals(object(n).content)) throw new Error('another object');
      }
      const large = blob(Buffer.alloc(3_000_000, 'large'));
      if (!(await writer.read(large.oid)).content.equals(large.content)) throw new Error('another object');
      if (await writer.read(object(-1).oid)) throw new Error('was not written');`;
    const { stdout } = writePack(repository, read.replace('object(-1)', "blob(Buffer.from('other'))"));
    expect(stdout).toBe('written 1\n');
    expectCleanRepository(repository);
  });

  it('is written without a thread where that does not start', () => {
    withProgram('throw new Error("It does not start.");', () => {
      const repository = temporaryRepository({ bare: true });
      expect(writePack(repository).stdout).toBe('written 1\n');
      expectCleanRepository(repository);
    });
  });

  it('leaves nothing behind when there is no room for all of it', () => {
    const repository = temporaryRepository({ bare: true });
    expect(writePack(repository, '', 'ulimit -f 200;').stdout).toBe('OBJECT_WRITE_FAILED EFBIG\n');
    expect(packFolder(repository)).toEqual([]);
  });

  it('leaves nothing behind when the thread ends too early', () => {
    const started = `require('node:worker_threads').parentPort.postMessage({ result: 'ready' });`;
    const make = `require('node:fs').writeFileSync(require('node:worker_threads').workerData.files.pack, '');`;
    withProgram(`${make} ${started} setTimeout(() => process.exit(0), 20);`, () => {
      const repository = temporaryRepository({ bare: true });
      expect(writePack(repository).stdout).toBe(
        'OBJECT_WRITE_FAILED the thread that writes the pack has ended too early\n',
      );
      expect(packFolder(repository)).toEqual([]);
    });
  });

  it('leaves nothing behind when it is given up', () => {
    const repository = temporaryRepository({ bare: true });
    const { stdout } = writePack(repository, 'throw new Error("given up");');
    expect(stdout).toBe('undefined undefined\n');
    expect(packFolder(repository)).toEqual([]);
  });
});
