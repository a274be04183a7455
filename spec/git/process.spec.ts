import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { hasEnded, isRunning, thisProcess, thisThread } from '../../lib/git/process';
import type { ProcessIdentity, ThreadIdentity } from '../../lib/git/process';
import { startWorker, withThreads } from '../support/worker-thread';

describe('Whether a process is running', () => {
  it('is so for this one and for those of others', () => {
    expect(isRunning(process.pid)).toBe(true);
    expect(isRunning(1)).toBe(true);
  });

  it('is not so for one that has ended', () => {
    expect(isRunning(spawnSync(process.execPath, ['--version']).pid)).toBe(false);
  });
});

describe('Whether a process has ended', () => {
  it('is known of those of this machine', () => {
    const own = thisProcess();
    expect(hasEnded(own)).toBe(false);
    const { pid } = spawnSync(process.execPath, ['--version']);
    expect(hasEnded({ ...own, pid })).toBe(true);
    expect(hasEnded({ ...own, pid, start: null })).toBe(true);
    expect(hasEnded({ ...own, pid, machine: 'another' })).toBe(false);
  });

  it('is so when another one has its number', () => {
    const own = thisProcess();
    expect(hasEnded({ ...own, start: 'another' })).toBe(own.start !== null);
    expect(hasEnded({ ...own, start: null })).toBe(false);
  });

  it('is so when its parent has not taken note of it yet', async () => {
    // The shell goes on as a program that does not care for its child.
    const parent = spawn('sh', ['-c', 'sh -c "exit 0" & echo $!; exec sleep 60']);
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    const child = { ...thisProcess(), pid: Number(line.toString()), start: null };
    while (!hasEnded(child)) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(isRunning(child.pid)).toBe(thisProcess().start !== null);
    parent.kill('SIGKILL');
  });
});

describe('A thread', () => {
  it('is the process itself when it is the main one', () => {
    expect(thisThread()).toEqual({ ...thisProcess(), thread: null });
  });

  withThreads('has a number and a start of its own when it is a worker, until it is terminated', async () => {
    const worker = await startWorker(`
      const { thisProcess, thisThread } = require(library + '/git/process');
      parentPort.postMessage([thisProcess(), thisThread()]);`);
    const [its, thread] = worker.message as [ProcessIdentity, ThreadIdentity];
    expect(its).toEqual(thisProcess());
    expect(thread).toEqual({
      ...thisProcess(),
      thread: expect.any(Number) as number,
      start: expect.any(String) as string,
    });
    expect(readdirSync('/proc/self/task')).toContain(String(thread.thread));
    expect(hasEnded(thread)).toBe(false);
    // Another thread has its number.
    expect(hasEnded({ ...thread, start: 'another' })).toBe(true);
    expect(hasEnded({ ...thread, machine: 'another', start: 'another' })).toBe(false);
    await worker.terminate();
    // The system takes note of it a moment later.
    while (!hasEnded(thread)) await sleep(1);
    expect(hasEnded(thisThread())).toBe(false);
  });

  withThreads('has ended with its process', () => {
    const { pid } = spawnSync(process.execPath, ['--version']);
    expect(hasEnded({ ...thisProcess(), pid, thread: pid })).toBe(true);
  });
});
