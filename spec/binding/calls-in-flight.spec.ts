import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Blob, Reference, Repository, Revwalk } from 'nodegit';
import { openOdb, untyped } from '../support/nodegit-untyped';
import { commitFiles, temporaryFolder, temporaryRepository } from '../support/temporary-repository';

let folder: string;
let repository: Repository;
let tip: string;

beforeEach(async () => {
  folder = temporaryRepository();
  tip = commitFiles(folder, 'refs/heads/main', { files: { file: 'content' } });
  repository = await Repository.open(folder);
});

/** Something that keeps a repository busy until it is let go. */
interface Busy {
  release(): Promise<void>;
}

/** Has the binding read a named pipe into the repository, and returns when it does, which is until `release`. */
async function keepBusy(repository: Repository): Promise<Busy> {
  const pipe = path.join(temporaryFolder(), 'pipe');
  execFileSync('mkfifo', [pipe]);
  const call = Blob.createFromDisk(repository, pipe).catch(() => undefined);
  const descriptor = await openForWriting(pipe);
  return {
    async release() {
      closeSync(descriptor);
      await call;
    },
  };
}

/** Opens a named pipe as soon as somebody reads it. */
async function openForWriting(pipe: string): Promise<number> {
  for (;;) {
    try {
      return openSync(pipe, constants.O_WRONLY | constants.O_NONBLOCK);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENXIO') throw error;
      await sleep(1);
    }
  }
}

function store(repository: Repository, content: string): Promise<unknown> {
  return Blob.createFromBuffer(repository, Buffer.from(content), content.length);
}

/** Starts a call and tells whether it has ended. */
function watch(call: Promise<unknown>): { ended: boolean; call: Promise<unknown> } {
  const watched = { ended: false, call };
  const end = (): void => {
    watched.ended = true;
  };
  call.then(end, end);
  return watched;
}

test('calls on one Repository object run one at a time, calls on two of the same folder side by side', async () => {
  const second = await Repository.open(folder);
  const busy = await keepBusy(repository);

  const waiting = [
    watch(store(repository, 'content')),
    watch(Blob.lookup(repository, tip).catch(() => undefined)),
    watch(Reference.lookup(repository, 'refs/heads/main')),
  ];
  for (let round = 0; round < 5; round++) await store(second, `content ${round}`);
  expect(waiting.map(({ ended }) => ended)).toEqual([false, false, false]);

  await busy.release();
  await Promise.all(waiting.map(({ call }) => call));
});

test('calls on an object database, a walk or a tree builder wait for no call on their repository', async () => {
  const odb = await openOdb(repository);
  const walk = Revwalk.create(repository);
  walk.pushRef('refs/heads/main');
  const builder = await untyped.Treebuilder.create(repository, null);
  const busy = await keepBusy(repository);

  expect((await odb.read(tip))?.type()).toBe(1);
  await expect(odb.write('text', 4, 3)).resolves.toBeDefined();
  await expect(walk.fastWalk(10)).resolves.toHaveLength(1);
  await expect(builder.write()).resolves.toBeDefined();
  await busy.release();
});

test('synchronous methods wait for nothing', async () => {
  const odb = await openOdb(repository);
  const busy = await keepBusy(repository);

  expect(repository.path()).toBe(path.join(folder, '.git/'));
  expect(odb.existsExt(tip, 0)).toBe(1);
  expect(Revwalk.create(repository).pushRef('refs/heads/main')).toBe(0);
  await busy.release();
});

test('a buffer is read only when the turn of its call comes: it must not be written to before the end', async () => {
  const busy = await keepBusy(repository);
  const buffer = Buffer.from('before');

  const call = Blob.createFromBuffer(repository, buffer, buffer.length);
  buffer.write('after!');
  await busy.release();
  expect((await Blob.lookup(repository, await call)).toString()).toBe('after!');
});

test('ten threads serve all repositories, and a call that waits for its repository holds one of them', async () => {
  const other = await Repository.open(temporaryRepository());
  await store(other, 'before');
  const busy = await keepBusy(repository);
  const waiting = Array.from({ length: 8 }, (_, position) => store(repository, `content ${position}`));
  await store(other, 'on the tenth thread');

  const ninth = store(repository, 'content 9');
  const stuck = watch(store(other, 'on none'));
  await sleep(20);
  expect(stuck.ended).toBe(false);

  await busy.release();
  await Promise.all([...waiting, ninth, stuck.call]);
});
