import { chmodSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { deflateSync } from 'node:zlib';
import { Blob, Repository } from 'nodegit';
import { untyped } from '../support/nodegit-untyped';
import { git, temporaryRepository } from '../support/temporary-repository';

const { opts, OPT } = untyped.Libgit2;
const MISSING = '1'.repeat(40);

let folder: string;
let repository: Repository;

beforeEach(async () => {
  folder = temporaryRepository();
  repository = await Repository.open(folder);
});

/** Sets one of libgit2's options, which hold for the process, while something is done. */
async function withOption(name: string, value: number, action: () => Promise<void>): Promise<void> {
  const option = Number(OPT[name]);
  opts(option, value);
  try {
    await action();
  } finally {
    opts(option, 1 - value);
  }
}

describe('Libgit2.opts', () => {
  test('takes a number and gives nothing back; anything else throws', () => {
    const option = Number(OPT.ENABLE_STRICT_OBJECT_CREATION);

    expect(opts(option, 1)).toBeUndefined();
    expect(() => opts(option)).toThrow('Number option is required.');
    expect(() => opts(option, true as unknown as number)).toThrow('Number option is required.');
    expect(() => opts(999, 1)).toThrow('Unsupported option');
  });

  test('knows libgit2’s numbers for the options that matter here', () => {
    expect(OPT).toMatchObject({
      ENABLE_STRICT_OBJECT_CREATION: 14,
      ENABLE_FSYNC_GITDIR: 19,
      ENABLE_STRICT_HASH_VERIFICATION: 22,
      GET_OWNER_VALIDATION: 35,
      SET_OWNER_VALIDATION: 36,
    });
  });

  test('reads an option, where there is one for reading', () => {
    expect(opts(Number(OPT.GET_OWNER_VALIDATION))).toBe(1);
  });

  test.each([
    'SET_SEARCH_PATH',
    'SET_CACHE_OBJECT_LIMIT',
    'SET_CACHE_MAX_SIZE',
    'SET_SERVER_TIMEOUT',
    'SET_HOMEDIR',
  ])('does not support %s', (name) => {
    expect(() => opts(Number(OPT[name]), 1)).toThrow('Unsupported option');
  });
});

test('without strict object creation a tree or reference may name what is not there', async () => {
  const build = async (): Promise<string> => {
    const builder = await untyped.Treebuilder.create(repository, null);
    builder.insert('file', MISSING, 0o100644);
    return (await builder.write()).tostrS();
  };
  const create = (): Promise<unknown> =>
    untyped.Reference.create(repository, 'refs/heads/main', MISSING, 0, '');

  await expect(build()).rejects.toThrow('invalid object specified');
  await expect(create()).rejects.toMatchObject({ errno: -1 });
  await withOption('ENABLE_STRICT_OBJECT_CREATION', 0, async () => {
    expect(git(folder, 'ls-tree', await build())).toContain(MISSING);
    await expect(create()).resolves.toBeDefined();
  });
});

test('without strict hash verification a damaged object is read as it is', async () => {
  const oid = (await Blob.createFromBuffer(repository, Buffer.from('content'), 7)).tostrS();
  const file = path.join(folder, '.git/objects', oid.slice(0, 2), oid.slice(2));
  chmodSync(file, 0o644);
  writeFileSync(file, deflateSync('blob 5\0other'));

  await expect(Blob.lookup(repository, oid)).rejects.toMatchObject({ errno: -33 });
  await withOption('ENABLE_STRICT_HASH_VERIFICATION', 0, async () => {
    expect((await Blob.lookup(repository, oid)).toString()).toBe('other');
  });
});

test('with ENABLE_FSYNC_GITDIR objects and references are written as ever', async () => {
  opts(Number(OPT.ENABLE_FSYNC_GITDIR), 1);
  try {
    const synced = await Repository.open(folder);
    const oid = await Blob.createFromBuffer(synced, Buffer.from('content'), 7);
    await untyped.Reference.create(synced, 'refs/tags/content', oid, 0, '');
    expect(git(folder, 'cat-file', 'blob', 'refs/tags/content')).toBe('content');
  } finally {
    opts(Number(OPT.ENABLE_FSYNC_GITDIR), 0);
  }
});
