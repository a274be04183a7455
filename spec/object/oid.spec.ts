import { randomBytes } from 'node:crypto';
import {
  EMPTY_TREE_OID,
  fromByteOid,
  hashObject,
  isOid,
  objectHeader,
  toByteOid,
} from '../../lib/object/oid';
import { git, runGit, temporaryRepository } from '../support/temporary-repository';

describe('an oid', () => {
  it.each([
    ['of 40 lower-case hexadecimal digits', EMPTY_TREE_OID, true],
    ['of zeros', '0'.repeat(40), true],
    ['in upper case', EMPTY_TREE_OID.toUpperCase(), false],
    ['that is too short', EMPTY_TREE_OID.slice(1), false],
    ['that is too long', `${EMPTY_TREE_OID}0`, false],
    ['with another letter', `g${EMPTY_TREE_OID.slice(1)}`, false],
    ['with a newline after it', `${EMPTY_TREE_OID}\n`, false],
    ['of SHA-256', '0'.repeat(64), false],
    ['that is empty', '', false],
    ['that is a number', 40, false],
    ['in an array', [EMPTY_TREE_OID], false],
    ['that is missing', undefined, false],
  ])('%s: is it one? (%s) %s', (_, value, expected) => {
    expect(isOid(value)).toBe(expected);
  });

  it('has 20 bytes, which lead back to it', () => {
    const oid = randomBytes(20).toString('hex');
    expect(toByteOid(oid)).toHaveLength(20);
    expect(Buffer.from(toByteOid(oid), 'latin1').toString('hex')).toBe(oid);
    expect(fromByteOid(toByteOid(oid))).toBe(oid);
    // What is none has nothing of the one before.
    expect(toByteOid('ab12')).toBe('\xab\x12');
    expect(toByteOid('no oid')).toBe('');
  });
});

describe('the hash of an object', () => {
  const repository = temporaryRepository({ bare: true });

  it.each([
    ['an empty blob', Buffer.alloc(0)],
    ['a text', Buffer.from('Hello, wörld\n')],
    ['bytes of every value', Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))],
    ['a megabyte', randomBytes(1024 * 1024)],
  ])('is the one of git for %s', (_, content) => {
    const theirs = runGit(repository, ['hash-object', '--stdin'], { input: content }).toString().trim();
    expect(hashObject('blob', content)).toBe(theirs);
  });

  it('depends on the type', () => {
    const content = Buffer.from(`tree ${EMPTY_TREE_OID}\n`);
    for (const type of ['blob', 'commit', 'tag'] as const) {
      const args = ['hash-object', '-t', type, '--literally', '--stdin'];
      const theirs = runGit(repository, args, { input: content }).toString().trim();
      expect({ type, oid: hashObject(type, content) }).toEqual({ type, oid: theirs });
    }
  });

  it('is the well-known one for the empty tree', () => {
    expect(hashObject('tree', Buffer.alloc(0))).toBe(EMPTY_TREE_OID);
    expect(EMPTY_TREE_OID).toBe(git(repository, 'hash-object', '-t', 'tree', '/dev/null'));
  });
});

describe('the header of an object', () => {
  it('is the type, the size in decimal digits, and NUL', () => {
    expect(objectHeader('commit', 1234567).toString('latin1')).toBe('commit 1234567\0');
  });
});
