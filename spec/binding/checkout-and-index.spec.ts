import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Commit, Index, Repository, Tree } from 'nodegit';
import { openIndex, untyped } from '../support/nodegit-untyped';
import {
  commitFiles,
  git,
  runGit,
  temporaryCopy,
  temporaryFolder,
  temporaryRepository,
} from '../support/temporary-repository';

const MAIN = 'refs/heads/main';
const EMPTY_TREE = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';
const { STRATEGY, NOTIFY } = untyped.Checkout;
const {
  SAFE = NaN,
  FORCE = NaN,
  RECREATE_MISSING = NaN,
  DONT_OVERWRITE_IGNORED = NaN,
  DONT_WRITE_INDEX = NaN,
  DRY_RUN = NaN,
  DISABLE_PATHSPEC_MATCH = NaN,
} = STRATEGY;

const OLD_FILES = { changed: 'old\n', 'folder/deleted': 'old\n', kept: 'same\n' };
const NEW_FILES = { changed: 'new\n', kept: 'same\n', 'other/added': 'new\n' };

let original: string;
let before: string;
let after: string;

let folder: string;
let repository: Repository;
let oldTree: Tree;
let newTree: Tree;

/** The branch that HEAD names is at the new commit; index and work tree are still those of the old one. */
beforeAll(() => {
  original = temporaryRepository();
  before = commitFiles(original, MAIN, { files: OLD_FILES });
  git(original, 'reset', '--quiet', '--hard');
  after = commitFiles(original, MAIN, { files: NEW_FILES, parents: [before] });
});

beforeEach(async () => {
  folder = temporaryCopy(original);
  repository = await Repository.open(folder);
  oldTree = await (await Commit.lookup(repository, before)).getTree();
  newTree = await (await Commit.lookup(repository, after)).getTree();
});

function inFolder(file: string): string {
  return path.join(folder, file);
}

function write(file: string, content: string): void {
  mkdirSync(path.dirname(inFolder(file)), { recursive: true });
  writeFileSync(inFolder(file), content);
}

function read(file: string): string {
  return readFileSync(inFolder(file), 'utf8');
}

/** What differs from HEAD, in index and work tree. */
function status(): string[] {
  return git(folder, 'status', '--porcelain', '--untracked-files=all').split('\n').filter(Boolean);
}

/** The status when nothing has been brought up to date. */
const BEHIND = ['M  changed', 'A  folder/deleted', 'D  other/added'];

interface CheckoutSettings {
  readonly strategy?: number;
  readonly baseline?: Tree | undefined;
  readonly paths?: string[];
  readonly notify?: (file: string) => void;
}

async function checkOut(settings: CheckoutSettings = {}): Promise<void> {
  const { strategy = SAFE, paths, notify } = settings;
  const baseline = 'baseline' in settings ? settings.baseline : oldTree;
  await untyped.Checkout.tree(repository, newTree, {
    checkoutStrategy: strategy,
    ...(baseline && { baseline }),
    ...(paths && { paths }),
    ...(notify && {
      notifyFlags: NOTIFY.CONFLICT,
      notifyCb: (_why: number, file: string) => {
        notify(file);
        return 0;
      },
    }),
  });
}

describe('Checkout.tree, after the branch was moved', () => {
  test('with SAFE and the old tree as baseline changes, removes and adds files, and updates the index', async () => {
    await checkOut();

    expect(status()).toEqual([]);
    expect([read('changed'), read('other/added'), existsSync(inFolder('folder'))]).toEqual([
      'new\n',
      'new\n',
      false,
    ]);
  });

  test('with SAFE alone does nothing, for libgit2 compares with HEAD, which is new already', async () => {
    await checkOut({ baseline: undefined });

    expect(status()).toEqual(BEHIND);
  });

  const inTheWay: [string, () => void][] = [
    [
      'a file that changes was changed by hand',
      () => {
        write('changed', 'mine\n');
      },
    ],
    [
      'a file that changes was changed by hand, its size and time nearly the same',
      () => {
        write('changed', 'odl\n');
      },
    ],
    [
      'a file that goes was changed by hand',
      () => {
        write('folder/deleted', 'mine\n');
      },
    ],
    [
      'a file that changes was deleted by hand',
      () => {
        rmSync(inFolder('changed'));
      },
    ],
    [
      'an untracked file is where one comes',
      () => {
        write('other/added', 'mine\n');
      },
    ],
    [
      'an untracked file with the very content is where one comes',
      () => {
        write('other/added', 'new\n');
      },
    ],
    [
      'a file is where a folder comes',
      () => {
        write('other', 'mine\n');
      },
    ],
    [
      'a folder is where a file comes',
      () => {
        write('other/added/mine', 'mine\n');
      },
    ],
    [
      'a link to elsewhere is where a folder was',
      () => {
        const elsewhere = path.join(temporaryFolder(), 'elsewhere');
        renameSync(inFolder('folder'), elsewhere);
        symlinkSync(elsewhere, inFolder('folder'));
        write('changed', 'mine\n');
      },
    ],
    [
      'a changed file was staged',
      () => {
        write('changed', 'mine\n');
        git(folder, 'add', 'changed');
      },
    ],
    [
      'the index has conflicts',
      () => {
        const oid = git(folder, 'rev-parse', 'HEAD:kept');
        const lines = [`0 ${'0'.repeat(40)}\tkept`, `100644 ${oid} 1\tkept`, `100644 ${oid} 2\tkept`];
        runGit(folder, ['update-index', '--index-info'], {
          input: lines.map((line) => `${line}\n`).join(''),
        });
      },
    ],
  ];
  test.each(inTheWay)('with SAFE rejects with -13 and changes nothing, when %s', async (_, interfere) => {
    interfere();
    const before = [status(), readFileSync(inFolder('.git/index'))];

    await expect(checkOut()).rejects.toMatchObject({ errno: -13, errorFunction: 'Checkout.tree' });
    expect([status(), readFileSync(inFolder('.git/index'))]).toEqual(before);
  });

  test('with SAFE tells the files in the way to notifyCb', async () => {
    write('changed', 'mine\n');
    write('other/added', 'mine\n');
    const files: string[] = [];

    await expect(checkOut({ notify: (file) => files.push(file) })).rejects.toMatchObject({
      errno: -13,
      message: '2 conflicts prevent checkout',
    });
    expect(files).toEqual(['changed', 'other/added']);
  });

  const alone: [string, () => void, string[]][] = [
    [
      'another file was changed by hand',
      () => {
        write('kept', 'mine\n');
      },
      [' M kept'],
    ],
    [
      'an untracked file lies elsewhere',
      () => {
        write('folder/mine', 'mine\n');
      },
      ['?? folder/mine'],
    ],
    [
      'another file was staged',
      () => {
        write('mine', 'mine\n');
        git(folder, 'add', 'mine');
      },
      ['A  mine'],
    ],
    [
      'a file has been brought to the new content by hand',
      () => {
        write('changed', 'new\n');
      },
      [],
    ],
    [
      'a file that goes has been deleted by hand',
      () => {
        rmSync(inFolder('folder'), { recursive: true });
      },
      [],
    ],
  ];
  test.each(alone)(
    'with SAFE succeeds and leaves alone what it need not touch, when %s',
    async (_, interfere, left) => {
      interfere();
      await checkOut();

      expect(status()).toEqual(left);
    },
  );

  test('with SAFE drops what is staged but no longer in the work tree, without a word', async () => {
    write('changed', 'staged\n');
    git(folder, 'add', 'changed');
    write('changed', 'old\n');

    await checkOut();
    expect(status()).toEqual([]);
  });

  test('with SAFE overwrites an ignored file, unless DONT_OVERWRITE_IGNORED is added', async () => {
    write('.git/info/exclude', 'other\n');
    write('other/added', 'mine\n');

    await expect(checkOut({ strategy: SAFE | DONT_OVERWRITE_IGNORED })).rejects.toMatchObject({ errno: -13 });
    expect(read('other/added')).toBe('mine\n');
    await checkOut();
    expect(read('other/added')).toBe('new\n');
  });

  test('with RECREATE_MISSING brings back what was deleted by hand', async () => {
    rmSync(inFolder('changed'));
    rmSync(inFolder('kept'));

    await checkOut({ strategy: RECREATE_MISSING });
    expect(status()).toEqual([]);
  });

  test('can be limited to paths', async () => {
    write('other/added', 'mine\n');
    await checkOut({ strategy: SAFE | DISABLE_PATHSPEC_MATCH, paths: ['changed', 'folder/deleted'] });

    expect(status()).toEqual(['D  other/added', '?? other/added']);
  });

  test('with FORCE overwrites everything; without the baseline some of the index stays behind', async () => {
    write('changed', 'mine\n');
    write('other/added', 'new\n');
    write('kept', 'mine\n');
    await checkOut({ strategy: FORCE, baseline: undefined });
    expect(status()).toEqual(['D  other/added', '?? other/added']);

    await checkOut({ strategy: FORCE });
    expect(status()).toEqual([]);
  });

  test('with DRY_RUN only tells whether something is in the way, at any time before', async () => {
    await checkOut({ strategy: SAFE | DRY_RUN });
    expect(status()).toEqual(BEHIND);

    write('changed', 'mine\n');
    await expect(checkOut({ strategy: SAFE | DRY_RUN })).rejects.toMatchObject({ errno: -13 });
  });

  test('reads the index from disk again, whatever the repository remembers of it', async () => {
    await openIndex(repository);
    write('mine', 'mine\n');
    git(folder, 'add', 'mine');

    await checkOut();
    expect(status()).toEqual(['A  mine']);
  });
});

describe('Checkout.tree while the index is locked', () => {
  beforeEach(() => {
    write('.git/index.lock', '');
  });

  /** The work tree is new, the index old. */
  const HALFWAY = ['MM changed', 'AD folder/deleted', 'D  other/added', '?? other/added'];

  test('rejects with -14 when the work tree has been changed already, so that a second attempt is in its own way', async () => {
    await expect(checkOut()).rejects.toMatchObject({ errno: -14 });
    expect(status()).toEqual(HALFWAY);

    rmSync(inFolder('.git/index.lock'));
    for (const strategy of [SAFE, RECREATE_MISSING]) {
      await expect(checkOut({ strategy })).rejects.toMatchObject({ errno: -13 });
    }
    expect(status()).toEqual(HALFWAY);
  });

  test('has done all but writing the index, which can be made up for', async () => {
    await expect(checkOut()).rejects.toMatchObject({ errno: -14 });
    rmSync(inFolder('.git/index.lock'));

    await (await openIndex(repository)).write();
    expect(status()).toEqual([]);
  });

  test('succeeds with DONT_WRITE_INDEX, which leaves the index to be written as often as it takes', async () => {
    await checkOut({ strategy: SAFE | DONT_WRITE_INDEX });
    const index = await openIndex(repository);
    await expect(index.write()).rejects.toMatchObject({ errno: -14, errorFunction: 'Index.write' });

    rmSync(inFolder('.git/index.lock'));
    await index.write();
    expect(status()).toEqual([]);
  });
});

test('the first commit of a branch is checked out with the empty tree as baseline', async () => {
  folder = temporaryRepository();
  const tip = commitFiles(folder, MAIN, { files: NEW_FILES });
  repository = await Repository.open(folder);
  newTree = await Tree.lookup(repository, git(folder, 'rev-parse', `${tip}^{tree}`));
  write('mine', 'mine\n');

  await checkOut({ baseline: await Tree.lookup(repository, EMPTY_TREE) });
  expect(status()).toEqual(['?? mine']);
});

test('Checkout.tree rejects with -8 in a bare repository', async () => {
  repository = await Repository.open(temporaryRepository({ bare: true }));
  const empty = await Tree.lookup(repository, EMPTY_TREE);

  await expect(untyped.Checkout.tree(repository, empty, { baseline: empty })).rejects.toMatchObject({
    errno: -8,
  });
});

describe('The index', () => {
  function staged(): string[] {
    return git(folder, 'ls-files').split('\n');
  }

  test('is read when it is first asked for, and again by read; all objects of one repository share it', async () => {
    const index = await openIndex(repository);
    write('mine', 'mine\n');
    git(folder, 'add', 'mine');
    expect(index.getByPath('mine')).toBeUndefined();
    expect((await openIndex(repository)).getByPath('mine')).toBeUndefined();

    await index.read(0);
    expect(index.getByPath('mine')).toMatchObject({ path: 'mine' });
    expect((await openIndex(repository)).getByPath('mine')).toBeDefined();
  });

  test('loses what was not written, by read of either kind', async () => {
    const index = await openIndex(repository);
    write('mine', 'mine\n');
    for (const force of [0, 1]) {
      await index.addByPath('mine');
      git(folder, 'update-index', '--force-remove', force ? 'kept' : 'changed');
      await index.read(force);
      expect(index.getByPath('mine')).toBeUndefined();
    }
  });

  test('is written as it was read: what others staged since then is lost', async () => {
    const index = await openIndex(repository);
    write('theirs', 'theirs\n');
    git(folder, 'add', 'theirs');
    write('ours', 'ours\n');
    await index.addByPath('ours');
    await index.write();

    expect(staged()).toEqual(['changed', 'folder/deleted', 'kept', 'ours']);
  });

  test('has read and readTree by promise, which have to be waited for: calls overtake each other', async () => {
    const index = await openIndex(repository);
    const calls = [index.read(1), index.readTree(newTree)];

    for (const call of calls) expect(Object.prototype.toString.call(call)).toBe('[object Promise]');
    await Promise.all(calls);
  });

  test('takes over a tree by readTree, and gives one by writeTree', async () => {
    const index = await openIndex(repository);
    expect((await index.writeTree()).tostrS()).toBe(oldTree.id().tostrS());

    await index.readTree(newTree);
    await index.write();
    expect((await index.writeTree()).tostrS()).toBe(newTree.id().tostrS());
    expect(status()).toEqual([' M changed', ' D other/added', '?? folder/deleted']);
  });

  test('rejects writeTree with -10 in the middle of a merge', async () => {
    const oid = git(folder, 'rev-parse', 'HEAD:kept');
    const lines = [`0 ${'0'.repeat(40)}\tkept`, `100644 ${oid} 1\tkept`, `100644 ${oid} 2\tkept`];
    runGit(folder, ['update-index', '--index-info'], { input: lines.map((line) => `${line}\n`).join('') });
    const index = await openIndex(repository);

    await expect(index.writeTree()).rejects.toMatchObject({ errno: -10 });
    expect(index.hasConflicts()).toBe(1);
  });

  test('of its own file belongs to no repository: it can hold a tree, and write one only where it is told', async () => {
    const index = (await Index.open(inFolder('.git/other-index'))) as unknown as Awaited<
      ReturnType<typeof openIndex>
    >;
    await index.readTree(newTree);

    await expect(index.writeTree()).rejects.toMatchObject({ errno: -1 });
    expect((await index.writeTreeTo(repository)).tostrS()).toBe(newTree.id().tostrS());
  });

  test('that was asked for before refreshIndex belongs to no repository any more', async () => {
    const index = await openIndex(repository);
    await repository.refreshIndex();

    await expect(index.writeTree()).rejects.toMatchObject({ errno: -1 });
  });
});
