import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { deflateSync } from 'node:zlib';
import { ObjectWriteError } from '../../../lib/errors';
import { UpkeepPackWriter } from '../../../lib/git/maintenance/upkeep-pack-writer';
import { hashObject } from '../../../lib/object/oid';
import { crc32 } from '../../../lib/object/pack/crc32';
import { encodeEntryHeader } from '../../../lib/object/pack/pack-entry-codec';
import { errorOf } from '../../support/error-of';
import { git } from '../../support/temporary-repository';
import { looseRepository, packFiles } from './repositories';

async function add(writer: UpkeepPackWriter, content: Buffer): Promise<void> {
  const header = encodeEntryHeader('blob', content.length);
  const body = deflateSync(content, { level: 0 });
  const offset = writer.position;
  await writer.write(header);
  await writer.write(body);
  const oid = Buffer.from(hashObject('blob', content), 'hex');
  writer.completeEntry(Buffer.concat([Buffer.alloc(3), oid]), 3, offset, crc32(header, body));
}

describe('Writing a pack of what is stored already', () => {
  it('makes a pack that git finds correct, with the index that git would have made', async () => {
    const folder = looseRepository(0);
    const writer = await UpkeepPackWriter.open(path.join(folder, 'objects'));
    // Of all sizes in proportion to what is gathered, and more than there is room for at first.
    for (const size of [0, 1, 400_000, 600_000, 1_048_576, 3_000_000, 524_288])
      await add(writer, randomBytes(size));
    for (let number = 0; number < 2500; number++) await add(writer, Buffer.from(`number ${number}`));
    const { name, objects } = await writer.finish();

    expect(objects).toBe(2507);
    const file = path.join(folder, 'objects/pack', name);
    git(folder, 'verify-pack', `${file}.idx`);
    const gits = path.join(folder, 'gits.idx');
    git(folder, 'index-pack', '--strict', '-o', gits, `${file}.pack`);
    expect(readFileSync(`${file}.idx`).equals(readFileSync(gits))).toBe(true);
    expect(packFiles(folder, '')).toEqual([`${name}.idx`, `${name}.pack`]);
    for (const ending of ['.idx', '.pack']) expect(statSync(file + ending).mode & 0o777).toBe(0o444);
  });

  it('leaves nothing when it is given up', async () => {
    const folder = looseRepository(0);
    const writer = await UpkeepPackWriter.open(path.join(folder, 'objects'));
    await add(writer, Buffer.from('content'));
    await writer.discard();
    expect(packFiles(folder, '')).toEqual([]);
  });

  it('says where it could not be written', async () => {
    const objectsFolder = path.join(looseRepository(0), 'objects');
    rmSync(path.join(objectsFolder, 'pack'), { recursive: true });
    writeFileSync(path.join(objectsFolder, 'pack'), 'in the way');
    const error = await errorOf(() => UpkeepPackWriter.open(objectsFolder));
    expect(error).toBeInstanceOf(ObjectWriteError);
    expect(error).toMatchObject({ details: { path: path.join(objectsFolder, 'pack') } });
  });

  it('leaves no temporary file when it fails in the end', async () => {
    const folder = looseRepository(0);
    const writer = await UpkeepPackWriter.open(path.join(folder, 'objects'));
    await add(writer, Buffer.from('content'));
    // Somebody swept it away: it has no name to be renamed from.
    for (const name of packFiles(folder, '')) rmSync(path.join(folder, 'objects/pack', name));
    expect(await errorOf(() => writer.finish())).toBeInstanceOf(ObjectWriteError);
    expect(packFiles(folder, '')).toEqual([]);
  });
});
