import { readdirSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import type { ObjectStore } from '../../lib/git/object-store';
import { StagedTree } from '../../lib/object/staged-tree';
import { toByteOid } from '../../lib/object/oid';
import { commitFiles, git, runGit } from '../support/temporary-repository';
import { open, storeTree } from './opened';

function keepFiles(folder: string): string[] {
  return readdirSync(path.join(folder, '.git/objects/pack')).filter((name) => name.endsWith('.keep'));
}

/** A tree in memory of these texts by path. */
async function treeOf(objects: ObjectStore, files: Readonly<Record<string, string>>): Promise<StagedTree> {
  let tree = StagedTree.empty(objects);
  for (const [file, text] of Object.entries(files)) tree = await tree.withBlob(file, Buffer.from(text));
  return tree;
}

describe('A fork of an object store', () => {
  it('has what the other one has read: it is not read again', async () => {
    const { folder, objects } = await open();
    commitFiles(folder, 'refs/heads/main', { files: { 'a/b': 'one', 'a/c': 'two' } });
    const oid = git(folder, 'rev-parse', 'main:a');
    const node = await objects.readTree(toByteOid(oid));

    expect(await objects.fork().readTree(toByteOid(oid))).toBe(node);
  });

  it('shows what it writes to the others only when that is complete', async () => {
    const { folder, objects } = await open();
    const [one, other] = [objects.fork(), objects.fork()];
    const tree = await treeOf(one, { a: 'written in one' });
    const { oid } = tree;
    await one.packEverything('git', async (write) => {
      for (const object of tree.unwritten()) await write(object);

      expect((await one.readTree(toByteOid(oid))).size).toBe(1);
      for (const each of [objects, other]) {
        await expect(Promise.resolve(each.readTree(toByteOid(oid)))).rejects.toMatchObject({
          code: 'OBJECT_NOT_FOUND',
        });
      }
      await one.completePack(tree);
    });

    expect((await other.readTree(toByteOid(oid))).size).toBe(1);
    expect(runGit(folder, ['ls-tree', '--name-only', oid]).toString()).toBe('a\n');
    await one.close();
  });

  it('lets the others write single objects while it packs everything', async () => {
    const { folder, objects } = await open();
    const other = objects.fork();
    await objects.packEverything('git', async () => {
      const oid = await storeTree(other, { a: 'written beside' });
      expect(runGit(folder, ['ls-tree', '--name-only', oid]).toString()).toBe('a\n');
    });
  });

  it('releases its own protections only, also of a pack that another one has written the same', async () => {
    const { folder, objects } = await open();
    const [one, other] = [objects.fork(), objects.fork()];
    await one.spill(await treeOf(one, { a: 'the same' }));
    await other.spill(await treeOf(other, { a: 'the same' }));
    await other.spill(await treeOf(other, { a: 'another' }));
    expect(keepFiles(folder)).toHaveLength(3);
    expect(objects.protections.all()).toEqual({ keeps: [], unreferenced: [] });

    await one.protections.release([one.protections.all()]);
    expect(keepFiles(folder)).toHaveLength(2);
    await objects.protections.release([other.protections.all()]);
    expect(other.protections.all().keeps).toHaveLength(2);
    await other.protections.release([other.protections.all()]);
    expect(keepFiles(folder)).toEqual([]);
  });

  it('knows the large blobs that it has written itself', async () => {
    const { objects } = await open();
    const [one, other] = [objects.fork(), objects.fork()];
    await one.writeBlobFrom(Readable.from([Buffer.alloc(3_000_000, 1)]));

    expect(one.protections.all().unreferenced).toHaveLength(1);
    expect(other.protections.all().unreferenced).toEqual([]);
  });

  it('can be closed without the others', async () => {
    const { folder, objects } = await open();
    commitFiles(folder, 'refs/heads/main', { files: { a: 'one' } });
    git(folder, 'repack', '-adq');
    const fork = objects.fork();
    await fork.spill(await treeOf(fork, { a: 'two' }));
    await fork.close();

    expect(keepFiles(folder)).toEqual([]);
    expect((await objects.readBlob(git(folder, 'rev-parse', 'main:a'))).toString()).toBe('one');
  });

  it('is closed with the one that it comes from', async () => {
    const { folder, objects } = await open();
    const fork = objects.fork().fork();
    await fork.spill(await treeOf(fork, { a: 'one' }));
    expect(keepFiles(folder)).toHaveLength(1);

    await objects.close();
    expect(keepFiles(folder)).toEqual([]);
  });
});
