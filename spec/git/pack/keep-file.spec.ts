import { spawnSync } from 'node:child_process';
import { hostname } from 'node:os';
import { isAbandonedKeep, keepContent } from '../../../lib/git/pack/keep-file';

const ended = spawnSync(process.execPath, ['--version']).pid;

describe('A file that protects a pack', () => {
  it('says whose it is', () => {
    expect(keepContent()).toBe(
      `gitmodel, process ${process.pid} on ${hostname()}: until a branch refers to the objects\n`,
    );
  });

  it('is abandoned when its process has ended', () => {
    expect(isAbandonedKeep(keepContent().replace(String(process.pid), String(ended)))).toBe(true);
  });

  it.each([
    keepContent(),
    `gitmodel, process ${ended} on another.example: until a branch refers to the objects\n`,
    `fetch-pack ${ended} on ${hostname()}\n`,
    '',
  ])('is none of those otherwise: %j', (content) => {
    expect(isAbandonedKeep(content)).toBe(false);
  });
});
