import fs, { openSync, readdirSync, unlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { closeLater } from '../../lib/git/late-close';
import { temporaryFolder } from '../support/temporary-repository';

/** How many files this process has open. */
const open = (): number => readdirSync('/dev/fd').length;

describe('Files to be closed later', () => {
  it.each([
    [1, 0],
    [31, 0],
    [100, 96],
  ])('are closed soon, and of %d so many at once that few are held: %d', async (count, atOnce) => {
    const file = path.join(temporaryFolder(), 'file');
    const before = open();
    const close = jest.spyOn(fs, 'close');
    for (let n = 0; n < count; n++) {
      writeFileSync(file, '');
      const descriptor = openSync(file, 'r');
      unlinkSync(file);
      closeLater(descriptor);
    }
    expect(close).toHaveBeenCalledTimes(atOnce);
    while (open() > before) await new Promise(setImmediate);
    expect(close).toHaveBeenCalledTimes(count);
    close.mockRestore();
  });
});
