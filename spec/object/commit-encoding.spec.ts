import { spawnSync } from 'node:child_process';
import { decodeCommit } from '../../lib/object/commit-codec';
import { EMPTY_TREE_OID } from '../../lib/object/oid';
import { git, temporaryRepository } from '../support/temporary-repository';

/** A commit of stock git, in an encoding, of text in it; and what git makes of that in UTF-8. */
function commitOfGit(encoding: string, author: Buffer, message: Buffer): { content: Buffer; shown: string } {
  const repository = temporaryRepository({ bare: true });
  git(repository, 'hash-object', '-t', 'tree', '-w', '/dev/null');
  const headers = [
    Buffer.from(`tree ${EMPTY_TREE_OID}\nauthor `),
    author,
    Buffer.from(' <a@b.c> 1500000000 +0200\ncommitter Ada <a@b.c> 1500000000 +0200\n'),
    Buffer.from(`encoding ${encoding}\n\n`),
  ];
  const content = Buffer.concat([...headers, message]);
  const { stdout } = spawnSync('git', ['hash-object', '-t', 'commit', '-w', '--stdin'], {
    cwd: repository,
    input: content,
  });
  const show = ['log', '-1', '--encoding=UTF-8', '--format=%an|%B', stdout.toString().trim()];
  return { content, shown: git(repository, ...show) };
}

const read = (content: Buffer): string => {
  const { author, message } = decodeCommit('0'.repeat(40), content);
  return `${author.name}|${message}`;
};

describe('A commit that says how its text is encoded', () => {
  it.each([
    ['ISO-8859-1', [0x4a, 0xf6, 0x72, 0x67], [0x67, 0x72, 0xfc, 0xdf, 0x65], 'Jörg|grüße'],
    ['latin1', [0xe9], [0xe9], 'é|é'],
    ['ISO-8859-15', [0xa4], [0xa4], '€|€'],
    ['KOI8-R', [0xc1, 0xc2], [0xd7], 'аб|в'],
    ['Shift_JIS', [0x93, 0xfa], [0x96, 0x7b], '日|本'],
    ['EUC-JP', [0xc6, 0xfc], [0xcb, 0xdc], '日|本'],
    ['UTF-8', [0xc3, 0xa9], [0xc3, 0xa9], 'é|é'],
  ])('is read as stock git shows it: %s', (encoding, author, message, expected) => {
    const { content, shown } = commitOfGit(encoding, Buffer.from(author), Buffer.from(message));
    expect(read(content)).toBe(expected);
    expect(shown).toBe(expected);
  });

  it.each(['', 'none-that-is-known', 'UTF-16', 'UTF-16LE', 'x-user-defined', '\xff'])(
    'is read as UTF-8 where that cannot be: %j',
    (encoding) => {
      const headers = `tree ${EMPTY_TREE_OID}\nauthor é <a> 1 +0000\ncommitter é <a> 1 +0000\n`;
      expect(read(Buffer.from(`${headers}encoding ${encoding}\n\né`))).toBe('é|é');
    },
  );

  it('says so in a header, and not in its message', () => {
    const headers = `tree ${EMPTY_TREE_OID}\nauthor é <a> 1 +0000\ncommitter é <a> 1 +0000\n`;
    const message = 'é\nencoding ISO-8859-1\n';
    expect(read(Buffer.from(`${headers}\n${message}`))).toBe(`é|${message}`);
  });

  it('gets no mark at its beginning taken away', () => {
    const headers = `tree ${EMPTY_TREE_OID}\nauthor A <a> 1 +0000\ncommitter A <a> 1 +0000\nencoding UTF-8\n`;
    expect(read(Buffer.from(`${headers}\n\ufeffA`))).toBe('A|\ufeffA');
  });
});
