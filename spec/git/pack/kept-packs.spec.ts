import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { KeptPacks } from '../../../lib/git/pack/kept-packs';
import { temporaryFolder } from '../../support/temporary-repository';

function keepFile(): string {
  const file = path.join(temporaryFolder(), 'pack-1.keep');
  writeFileSync(file, 'ours');
  return file;
}

describe('The .keep file of a pack', () => {
  it('stays until the last of those who need it lets go of it', async () => {
    const [kept, keep] = [new KeptPacks(), keepFile()];
    const [one, other] = [{}, {}];
    kept.hold(keep, one);
    kept.hold(keep, other);
    kept.hold(keep, one);

    await kept.release(keep, one);
    expect(existsSync(keep)).toBe(true);
    await kept.release(keep, one);
    expect(existsSync(keep)).toBe(true);
    await kept.release(keep, other);
    expect(existsSync(keep)).toBe(false);
  });

  it('may be gone already', async () => {
    await expect(new KeptPacks().release('/nowhere/pack-1.keep', {})).resolves.toBeUndefined();
  });
});
