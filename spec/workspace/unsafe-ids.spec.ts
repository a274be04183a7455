import { errorOf } from '../support/error-of';
import { TicketModel, WordModel } from '../support/sample-models';
import { collect, emptyRepository, expectLog, filesAt, openWorkspace } from '../support/workspaces';

/** Characters that HFS+ ignores, each of which hides in another spelling of `.git`. */
const INVISIBLE = [
  ...['\u200c', '\u200d', '\u200e', '\u200f', '\u202a', '\u202b', '\u202c', '\u202d', '\u202e'],
  ...['\u206a', '\u206b', '\u206c', '\u206d', '\u206e', '\u206f', '\ufeff'],
];

/** Ids that cannot be names in Git, or not on every file system, or mean something else to Git. */
const UNSAFE: Readonly<Record<string, readonly string[]>> = {
  'no name, this folder, the one above': ['', '.', '..'],
  slashes: ['/', 'a/b', '/a', 'a/', '../a', '../../etc/passwd', 'a/../b'],
  NUL: ['\0', 'a\0', '\0a', '.git\0'],
  'halves of surrogate pairs': ['\ud800', 'a\udc00', '\udc00\ud800', 'a\udcff'],
  '.git in any case': ['.git', '.GIT', '.Git', '.gIT'],
  '.git with dots and spaces behind it': ['.git.', '.git ', '.git...', '.git . .', '.GIT. '],
  '.git as a short name of NTFS': ['git~1', 'GIT~1', 'Git~1', 'git~1.', 'git~1 '],
  '.git as a stream of NTFS': ['.git:', '.git::$INDEX_ALLOCATION', '.git:x', 'git~1:x'],
  '.git behind a backslash': ['a\\.git', '\\.git', '.git\\a', 'a\\git~1', 'a\\.GIT '],
  '.git with what HFS+ does not see': [
    ...INVISIBLE.flatMap((character) => [`.g${character}it`, `${character}.git`, `.GIT${character}`]),
    '.\u200cg\u200di\u200et',
  ],
  'names of Git’s own files': [
    '.gitmodules',
    '.GITMODULES',
    '.gitmodules.',
    'gitmod~1',
    '.gitattributes',
    'gitatt~1',
    'GI7EBA~1',
  ],
  'more than 255 bytes': ['x'.repeat(256), 'é'.repeat(128), '☃'.repeat(86), '🐙'.repeat(64)],
};

/** Names that look like the ones above, and are none. */
const SAFE = [
  'git',
  '.gi',
  '.gitt',
  '.git-',
  'a.git',
  '.github',
  '.gitignore',
  'git~2',
  'git~10',
  'x'.repeat(255),
  'é'.repeat(127),
  '☃'.repeat(85),
  '...',
  '.a',
  ' ',
  'a b',
  'a\\b',
  'CON',
  'a:b',
  '-',
  '--help',
  '*',
  '~',
  '\u200c',
  'data.json',
  '__proto__',
  'constructor',
  '\n',
  '%2e%2e%2f',
];

describe('An id that is unsafe', () => {
  it.each(Object.entries(UNSAFE))('is refused by every operation: %s', async (_kind, ids) => {
    const ws = await openWorkspace();
    const Word = ws.register(WordModel);
    const stored = new Word({ word: 'stored', meaning: 'A' });
    await stored.save();
    const before = await ws.index.writeTree();

    for (const id of ids) {
      const word = new Word({ word: id });
      const moved = await Word.get('stored');
      moved.word = id;
      const calls = {
        get: () => Word.get(id),
        getOrNull: () => Word.getOrNull(id),
        getAt: () => Word.get(id, { at: before }),
        delete: () => Word.delete(id),
        staticPath: () => Word.getDataPath(id),
        path: () => word.getDataPath(),
        save: () => word.save(),
        move: () => moved.save(),
      };
      const codes: Record<string, string> = { id };
      for (const [name, call] of Object.entries(calls)) codes[name] = (await errorOf(call)).code;

      const unsafe = Object.fromEntries(Object.keys(calls).map((name) => [name, 'INVALID_PATH']));
      // A record without an id is not even valid.
      const without = id === '' ? { save: 'VALIDATION_FAILED', move: 'VALIDATION_FAILED' } : {};
      expect(codes).toEqual({ id, ...unsafe, ...without });
      expect(word.oid).toBeNull();
    }
    expect(await ws.index.writeTree()).toBe(before);
  });

  it('is refused by a save that would commit', async () => {
    const path = emptyRepository();
    const ws = await openWorkspace(path);
    const Word = ws.register(WordModel);

    for (const word of Object.values(UNSAFE).flat()) {
      const { code } = await errorOf(() => new Word({ word }).save({ commit: true, message: 'Never' }));
      expect({ word, code }).toEqual({ word, code: word === '' ? 'VALIDATION_FAILED' : 'INVALID_PATH' });
    }
    expect(await ws.hasChanges()).toBe(false);
    expectLog(path, []);
  });
});

describe('An id that only looks unsafe', () => {
  it('is stored and found, and `git fsck --strict` has nothing against it', async () => {
    const path = emptyRepository();
    const ws = await openWorkspace(path);
    const Word = ws.register(WordModel);
    for (const word of SAFE) await new Word({ word, meaning: `About ${word}` }).save();
    await ws.commit({ message: 'Words' });

    const byBytes = [...SAFE].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    expect(await collect(Word.all().ids())).toEqual(byBytes);
    for (const word of SAFE) expect(await Word.get(word)).toMatchObject({ word, meaning: `About ${word}` });
    expect(filesAt(path, 'HEAD').sort()).toEqual(SAFE.map((word) => `word/${word}/data.json`).sort());
    expectLog(path, ['Words']);
  });

  it.each([0, -1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER])(
    'can be the number %p',
    async (number) => {
      const Ticket = (await openWorkspace()).register(TicketModel);
      await new Ticket({ number, title: 'A' }).save();

      expect(await Ticket.get(number)).toMatchObject({ number, title: 'A' });
    },
  );
});
