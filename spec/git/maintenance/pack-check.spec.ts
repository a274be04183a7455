import { chmodSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { maintain } from '../../../lib/git/maintenance/maintain';
import { findDamagedPacks } from '../../../lib/git/maintenance/pack-check';
import { listPacks } from '../../../lib/git/maintenance/pack-list';
import { openRepository } from '../../../lib/git/repository';
import { git } from '../../support/temporary-repository';
import { contextOf, expectUnharmed, objectsOf, packedRepository, packFiles } from './repositories';

/** The pack of a repository that has one, without an ending. */
function onlyPack(folder: string): string {
  const [name = ''] = packFiles(folder, '.pack');
  const pack = path.join(folder, 'objects/pack', name.replace('.pack', ''));
  for (const ending of ['.pack', '.idx']) chmodSync(pack + ending, 0o644);
  return pack;
}

describe('An index of a pack that is not consolidated', () => {
  it.each([
    ['cut off in its last checksum', (size: number) => size - 3],
    ['cut off in the middle', (size: number) => size - 60],
    ['cut off in its table', () => 500],
    ['empty', () => 0],
  ])('is told when it is %s, and how it is mended', async (_, length) => {
    const folder = packedRepository(1, 3);
    const before = objectsOf(folder);
    const pack = onlyPack(folder);
    truncateSync(`${pack}.idx`, length(readFileSync(`${pack}.idx`).length));
    const report = await maintain(await openRepository(folder));
    if (report.status === 'busy') throw new Error('Somebody else is at it.');
    expect(report.packs).toEqual({ before: 1, consolidated: 0, after: 1 });
    const [problem, ...others] = report.problems;
    expect(problem).toMatchObject({
      path: `${pack}.idx`,
      message: expect.stringContaining('does not have the checksum that it ends with') as string,
    });
    // What git says of it, when it is to write its own indexes, comes apart.
    expect(others.filter(({ path: file }) => file === `${pack}.idx`)).toEqual([]);
    const command = /"git (index-pack) (.*?)"/.exec(problem?.message ?? '');
    git(folder, String(command?.[1]), String(command?.[2]));
    expectUnharmed(folder, before);
  });

  it.each([
    ['anywhere', 1100],
    ['in the checksum of the pack', -30],
  ])('is told when a byte is another one, %s', async (_, at) => {
    const folder = packedRepository(1);
    const pack = onlyPack(folder);
    const bytes = readFileSync(`${pack}.idx`);
    const position = at < 0 ? bytes.length + at : at;
    bytes[position] = (bytes[position] as number) ^ 1;
    writeFileSync(`${pack}.idx`, bytes);
    const context = contextOf(folder);
    expect((await findDamagedPacks(context, await listPacks(context.objectsFolder))).size).toBe(1);
    expect(context.problems.map((problem) => problem.path)).toEqual([`${pack}.idx`]);
  });

  it('is told when it is of another pack, also where a file protects that', async () => {
    const folder = packedRepository(2);
    const [one = '', other = ''] = packFiles(folder, '.idx').map((name) =>
      path.join(folder, 'objects/pack', name),
    );
    chmodSync(one, 0o644);
    writeFileSync(one, readFileSync(other));
    writeFileSync(one.replace('.idx', '.keep'), '');
    const context = contextOf(folder);
    await findDamagedPacks(context, await listPacks(context.objectsFolder));
    expect(context.problems).toEqual([
      {
        path: one.replace('.idx', '.pack'),
        message: 'The pack is damaged: pack and index do not belong together',
      },
    ]);
  });

  it('is sound in version 1 as well', async () => {
    const folder = packedRepository(1);
    const pack = onlyPack(folder);
    git(folder, 'index-pack', '--index-version=1', `${pack}.pack`);
    const context = contextOf(folder);
    expect(await findDamagedPacks(context, await listPacks(context.objectsFolder))).toEqual(new Set());
    expect(context.problems).toEqual([]);
  });

  it("is nobody's business when it is gone, and is told when it cannot be read", async () => {
    const folder = packedRepository(2);
    const [one = '', other = ''] = packFiles(folder, '.idx').map((name) =>
      path.join(folder, 'objects/pack', name),
    );
    const context = contextOf(folder);
    const packs = await listPacks(context.objectsFolder);
    for (const file of [one, other]) rmSync(file);
    mkdirSync(other);
    await findDamagedPacks(context, packs);
    expect(context.problems).toEqual([
      { path: other.replace('.idx', '.pack'), message: expect.stringContaining('cannot be read') as string },
    ]);
  });

  it('is not looked at any more when somebody stops it', async () => {
    const folder = packedRepository(1);
    const context = { ...contextOf(folder), signal: AbortSignal.abort() };
    const packs = await listPacks(context.objectsFolder);
    await expect(findDamagedPacks(context, packs)).rejects.toBe(context.signal.reason);
    expect(context.problems).toEqual([]);
  });
});
