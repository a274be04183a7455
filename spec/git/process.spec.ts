import { spawnSync } from 'node:child_process';
import { isRunning } from '../../lib/git/process';

describe('Whether a process is running', () => {
  it('is so for this one and for those of others', () => {
    expect(isRunning(process.pid)).toBe(true);
    expect(isRunning(1)).toBe(true);
  });

  it('is not so for one that has ended', () => {
    expect(isRunning(spawnSync(process.execPath, ['--version']).pid)).toBe(false);
  });
});
