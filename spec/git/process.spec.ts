import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { hasEnded, isRunning, thisProcess } from '../../lib/git/process';

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
