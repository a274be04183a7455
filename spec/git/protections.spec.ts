import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Protections } from '../../lib/git/protections';
import { temporaryFolder } from '../support/temporary-repository';

function keepFile(name: string): string {
  const file = path.join(temporaryFolder(), `${name}.keep`);
  writeFileSync(file, '');
  return file;
}

describe('The protections of what was written', () => {
  it('are those of packs that were written, and of large blobs, each once', () => {
    const protections = new Protections();
    protections.addPack('a.keep');
    protections.addPack(null);
    protections.addPack('a.keep');
    protections.addBlob('1');
    protections.addBlob('1');
    expect(protections.all()).toEqual({ keeps: ['a.keep'], unreferenced: ['1'] });
  });

  it('are told apart by when they have come', () => {
    const protections = new Protections();
    protections.addPack('a.keep');
    protections.addBlob('1');
    const before = protections.all();
    protections.addPack('b.keep');
    protections.addBlob('2');
    expect(before).toEqual({ keeps: ['a.keep'], unreferenced: ['1'] });
    expect(protections.since(before)).toEqual({ keeps: ['b.keep'], unreferenced: ['2'] });
  });

  it('end with their files when they are given up, also where a file is gone', async () => {
    const protections = new Protections();
    const [first, second] = [keepFile('first'), keepFile('second')];
    for (const keep of ['/nowhere/gone.keep', first]) protections.addPack(keep);
    protections.addBlob('1');
    const before = protections.all();
    protections.addPack(second);
    await protections.release([before]);
    expect([existsSync(first), existsSync(second)]).toEqual([false, true]);
    expect(protections.all()).toEqual({ keeps: [second], unreferenced: [] });
    expect([...protections.blobs]).toEqual([]);
  });
});
