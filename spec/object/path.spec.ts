import fc from 'fast-check';
import { checkFolderName, parsePath } from '../../lib/object/path';
import { errorOf } from '../support/error-of';
import { fsckRefuses, indexedNames } from './git-verdicts';

const ZERO_WIDTH = '\u200c';

/** Names that mean `.git` to some file system. */
const DOT_GIT = [
  '.git',
  '.GIT',
  '.Git',
  '.gIt',
  '.git.',
  '.git ',
  '.git...',
  '.git . .',
  '.git::$INDEX_ALLOCATION',
  '.git:stream',
  '.git :x',
  'git~1',
  'GIT~1',
  'Git~1',
  'git~1.',
  'git~1 ',
  'git~1:x',
  'a\\.git',
  '.git\\config',
  '.GIT\\x',
  '.git.\\x',
  'git~1\\x',
  'a\\git~1',
  'a\\b\\.git ',
  'a\\.git:x',
  'a\\.git\\x',
  `.g${ZERO_WIDTH}it`,
  `${ZERO_WIDTH}.git`,
  `.git${ZERO_WIDTH}`,
  '.g\u200dit',
  '.g\u200eit',
  '.g\u200fit',
  '.g\u202ait',
  '.g\u202bit',
  '.g\u202cit',
  '.g\u202dit',
  '.g\u202eit',
  '.g\u206ait',
  '.g\u206bit',
  '.g\u206cit',
  '.g\u206dit',
  '.g\u206eit',
  '.g\u206fit',
  '\ufeff.git',
  '.\u206aG\ufeffI\u200cT\u202e',
];

/** Another such name; `git update-index` overlooks it, `git fsck` does not. */
const DOT_GIT_AFTER_BACKSLASH = '\\.git';

/** Names that look odd and mean nothing but themselves. */
const SAFE = [
  'a',
  'git',
  'GIT',
  '.github',
  '.gitfoo',
  '.gitignore',
  '.git_',
  '.git-x',
  '.git,',
  '.git\t',
  '.git.x',
  '.git x',
  '.git~1',
  'git~',
  'git~2',
  'git~11',
  'git~1x',
  'xgit~1',
  'x.git',
  ' .git',
  '.g it',
  '...',
  '.a',
  '..a',
  'a..',
  ' ',
  '-',
  '--help',
  '~',
  '*',
  '?',
  '"',
  "'",
  ':',
  ':(top)',
  '\\',
  'a\\b',
  'git\\x',
  'a\\..\\b',
  'con',
  'nul.txt',
  'a\nb',
  'a\tb',
  '\x01',
  '\x7f',
  'ä',
  'e\u0301',
  '😀',
  '世界',
  '\u200b',
  ZERO_WIDTH,
  `a${ZERO_WIDTH}b`,
  `.g${ZERO_WIDTH}i`,
  '.g\u200bit',
  '.g\u0131t',
  '.gıt',
  '\u2024git',
  '\ufffd',
  'x'.repeat(255),
  'ä'.repeat(127),
  '😀'.repeat(63),
];

/** Names of a file of Git's own, that no folder may have. */
const ONLY_FILES = [
  '.gitmodules',
  '.GITMODULES',
  '.gitmodules.',
  '.gitmodules ',
  '.gitmodules . ',
  '.gitmodules:$DATA',
  `.git${ZERO_WIDTH}modules`,
  'gitmod~1',
  'GITMOD~1',
  'gitmod~4',
  'gitmod~1.',
  'gitmod~1:x',
  'gi7eba~1',
  'GI7EBA~9',
  'gi7eb~10',
  'gi7e~123',
  'gi7~1234',
  'gi~12345',
  'g~123456',
  '~1234567',
  'a\\.gitmodules',
  'a\\gi7eba~1',
  'a\\b\\.gitmodules .',
  'a\\.gitmodules:b\\c',
  '.gitattributes',
  '.GitAttributes',
  '.gitattributes ',
  `.gitattributes${ZERO_WIDTH}`,
  'gitatt~1',
  'GITATT~4',
  'gi7d29~1',
  'gi7d2~12',
];

/** Names that differ from those by a little. */
const ANY_KIND = [
  'gitmodules',
  '.gitmodule',
  '.gitmodules_',
  '.gitmodules\\x',
  '.gitmodules\\.x',
  'gitmod~0',
  'gitmod~5',
  'gitmod~',
  'gitmo~1',
  'gi7eba~0',
  'gi7eba~',
  'gi7eb~1',
  'gi7eba~10',
  'gi7ebax~1',
  '~123456',
  '~0234567',
  '~12345678',
  'gi7d29~1x',
  'a\\.gitattributes',
  '.gitattribute',
  'gitattributes',
  '.mailmap',
];

function refuses(call: () => unknown): boolean {
  try {
    call();
    return false;
  } catch {
    return true;
  }
}

describe('the name of an entry', () => {
  it.each(DOT_GIT)('is refused when it means .git to some file system: %j', async (name) => {
    const error = await errorOf(() => parsePath(name));
    expect(error).toMatchObject({
      code: 'INVALID_PATH',
      details: { path: name, name, reason: 'means .git to some file system' },
    });
  });

  it('is refused when it means .git behind a backslash, which git fsck alone sees', async () => {
    const error = await errorOf(() => parsePath(DOT_GIT_AFTER_BACKSLASH));
    expect(error).toMatchObject({ details: { reason: 'means .git to some file system' } });
  });

  it.each(SAFE)('is accepted when it only looks odd: %j', (name) => {
    expect(parsePath(name)).toEqual([name]);
    expect(parsePath(`folder/${name}/file`)).toEqual(['folder', name, 'file']);
    expect(checkFolderName(name)).toBe(name);
  });

  it('may have bytes that are not UTF-8, as a name that was read, but no folder of ours has such a name', async () => {
    expect(parsePath('a/caf\udce9.txt')).toEqual(['a', 'caf\udce9.txt']);
    // These bytes are UTF-8, so no name that was read is like this.
    expect(await errorOf(() => parsePath('caf\udcc3\udca9'))).toMatchObject({ code: 'INVALID_PATH' });
    expect(await errorOf(() => checkFolderName('caf\udce9'))).toMatchObject({ code: 'INVALID_PATH' });
  });

  it.each([
    ['empty', '', 'is empty'],
    ['a dot', '.', 'is "."'],
    ['two dots', '..', 'is ".."'],
    ['with NUL', 'a\0b', 'contains NUL'],
    [
      'with half of a surrogate pair',
      'a\ud83d',
      'contains half of a surrogate pair, which UTF-8 cannot hold',
    ],
    [
      'with the halves the wrong way round',
      '\ude00\ud83d',
      'contains half of a surrogate pair, which UTF-8 cannot hold',
    ],
    ['longer than 255 letters', 'x'.repeat(256), 'is longer than 255 bytes'],
    ['longer than 255 bytes', 'ä'.repeat(128), 'is longer than 255 bytes'],
  ])('is refused when it is %s', async (_, name, reason) => {
    for (const call of [() => parsePath(name), () => checkFolderName(name)]) {
      const error = await errorOf(call);
      expect(error).toMatchObject({ code: 'INVALID_PATH', details: { path: name, name, reason } });
      expect(error.message).toBe(
        `The name ${JSON.stringify(name)} cannot be stored in Git: it ${reason}. Choose another name.`,
      );
    }
  });

  it('is refused as a folder for a slash in it', async () => {
    const error = await errorOf(() => checkFolderName('a/b'));
    expect(error).toMatchObject({ details: { name: 'a/b', reason: 'contains a slash' } });
  });

  it('is one of those that git takes into its index, and the other way round', () => {
    const names = [...DOT_GIT, ...SAFE];
    expect(names.map((name) => [name, !refuses(() => parsePath(name))])).toEqual(indexedNames(names));
  });

  it('is one of those that git fsck accepts, and the other way round', () => {
    const names = [
      ...DOT_GIT,
      DOT_GIT_AFTER_BACKSLASH,
      ...SAFE,
      ...fc.sample(nameLike(['.git', 'git~1']), 1500),
    ];
    expect(names.map((name) => [name, refuses(() => parsePath(name))])).toEqual(fsckRefuses(names, 'blob'));
  });
});

describe('the name of a folder', () => {
  it.each(ONLY_FILES)('is refused when Git has settings in a file of that name: %j', async (name) => {
    const reason = "is the name of one of Git's own files, not of a folder";
    for (const call of [
      () => checkFolderName(name),
      () => parsePath(`${name}/x`),
      () => parsePath(name, 'tree'),
    ]) {
      expect(await errorOf(call)).toMatchObject({ code: 'INVALID_PATH', details: { name, reason } });
    }
  });

  it.each(ONLY_FILES)('may be that of a file: %j', (name) => {
    expect(parsePath(name)).toEqual([name]);
    expect(parsePath(`a/${name}`)).toEqual(['a', name]);
  });

  it.each(ANY_KIND)('is accepted when it only resembles one: %j', (name) => {
    expect(checkFolderName(name)).toBe(name);
  });

  it('is one of those that git fsck accepts, and the other way round', () => {
    const settings = [
      '.gitmodules',
      '.gitattributes',
      'gitmod~1',
      'gi7eba~1',
      'gi7d29~1',
      'gi7~1234',
      '~1234567',
    ];
    const names = [...ONLY_FILES, ...ANY_KIND, ...fc.sample(nameLike(settings), 1500)];
    expect(names.map((name) => [name, refuses(() => checkFolderName(name))])).toEqual(
      fsckRefuses(names, 'tree'),
    );
  });
});

describe('the name of a symbolic link', () => {
  it('is one of those that git fsck accepts, and the other way round', () => {
    const names = [...ONLY_FILES, ...ANY_KIND, ...fc.sample(nameLike(['.gitmodules', 'gi7eba~1']), 500)];
    expect(names.map((name) => [name, refuses(() => parsePath(name, 'symlink'))])).toEqual(
      fsckRefuses(names, 'symlink'),
    );
  });
});

describe('a path', () => {
  it('is taken apart at its slashes', () => {
    expect(parsePath('page/hello world/data.json')).toEqual(['page', 'hello world', 'data.json']);
  });

  it.each([
    ['begins with a slash', '/a', '', 'is empty'],
    ['ends with a slash', 'a/', '', 'is empty'],
    ['has two slashes side by side', 'a//b', '', 'is empty'],
    ['is a slash', '/', '', 'is empty'],
    ['leads upwards', 'a/../b', '..', 'is ".."'],
    ['has a dot as a name', './a', '.', 'is "."'],
    ['leads into .git', 'a/.git/config', '.git', 'means .git to some file system'],
    ['leads into .git in another spelling', 'a/GIT~1/config', 'GIT~1', 'means .git to some file system'],
  ])('is refused, with the name at fault, when it %s', async (_, path, name, reason) => {
    const error = await errorOf(() => parsePath(path));
    expect(error).toMatchObject({ code: 'INVALID_PATH', details: { path, name, reason } });
    expect(error.message).toContain(`The name ${JSON.stringify(name)} in ${JSON.stringify(path)} cannot`);
  });

  it.each([[undefined], [null], [7], [['a']]])('is refused when it is no text: %j', async (path) => {
    const error = await errorOf(() => parsePath(path as unknown as string));
    expect(error).toMatchObject({ code: 'INVALID_PATH', details: { reason: 'is not a string' } });
  });
});

/** Names that are close to one of these: in another case, with something before, in or after them. */
function nameLike(names: readonly string[]): fc.Arbitrary<string> {
  const extra = fc.constantFrom(
    ...['', '', '', '', '.', ' ', ':', '\\', '~', '1', 'x', 'ı', ZERO_WIDTH, '\u202e', '\ufeff'],
  );
  return fc
    .tuple(fc.constantFrom(...names), fc.boolean(), fc.nat(12), extra, extra, extra)
    .map(([name, upper, position, before, within, after]) => {
      const spelled = upper ? name.toUpperCase() : name;
      return before + spelled.slice(0, position) + within + spelled.slice(position) + after;
    });
}
