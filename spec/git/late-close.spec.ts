import { openSync, readdirSync, unlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { closeLater } from '../../lib/git/late-close';
import { temporaryFolder } from '../support/temporary-repository';

/** How many files this process has open. */
const open = (): number => readdirSync('/dev/fd').length;

describe('Files to be closed later', () => {
  it.each([1, 100])('are closed soon, and only some are held until then: %d', async (count) => {
    const file = path.join(temporaryFolder(), 'file');
    const before = open();
    let most = 0;
    for (let n = 0; n < count; n++) {
      writeFileSync(file, '');
      const descriptor = openSync(file, 'r');
      unlinkSync(file);
      closeLater(descriptor);
      most = Math.max(most, open() - before);
      if (n % 40 === 39) while (open() - before > 32) await new Promise(setImmediate);
    }
    expect(most).toBeGreaterThan(0);
    while (open() > before) await new Promise(setImmediate);
  });
});
