import { InvalidArgumentError } from '../errors';
import { hashObject } from './oid';

/** Who did something, and when. */
export interface Signature {
  readonly name: string;
  readonly email: string;
  /** The moment; Git keeps whole seconds. */
  readonly time: Date;
  /** The offset of the local time from UTC in minutes, positive to the east: 120 is +02:00. */
  readonly offset: number;
}

/** A signature as it is given: without a time it is made now, without an offset in the configured time zone. */
export interface SignatureInput {
  readonly name: string;
  readonly email: string;
  readonly time?: Date | undefined;
  /** Minutes from UTC, positive to the east. */
  readonly offset?: number | undefined;
}

/** What a commit object says. */
export interface CommitFields {
  /** The oid of the root tree. */
  readonly tree: string;
  /** The oids of the parents, the first parent first; none for a root commit. */
  readonly parents: readonly string[];
  readonly author: Signature;
  readonly committer: Signature;
  readonly message: string;
}

/**
 * The content of a commit object. The message is stored as it is, without the newline that `git commit` adds.
 *
 * Format: https://git-scm.com/book/en/v2/Git-Internals-Git-Objects#_git_commit_objects
 *
 * @throws InvalidArgumentError when a signature or the message holds what the format cannot.
 */
export function encodeCommit(commit: CommitFields): Buffer {
  if (commit.message.includes('\0')) {
    throw new InvalidArgumentError('The commit message contains NUL, which Git cannot store. Remove it.', {
      details: { option: 'message', value: commit.message },
    });
  }
  if (!commit.message.isWellFormed()) {
    throw new InvalidArgumentError(`The commit message ${HALF_A_PAIR}. Remove it.`, {
      details: { option: 'message', value: commit.message },
    });
  }
  const lines = [
    `tree ${commit.tree}`,
    ...commit.parents.map((parent) => `parent ${parent}`),
    `author ${encodeSignature('author', commit.author)}`,
    `committer ${encodeSignature('committer', commit.committer)}`,
  ];
  return Buffer.from(`${lines.join('\n')}\n\n${commit.message}`, 'utf8');
}

/**
 * The commit object itself.
 *
 * @throws InvalidArgumentError as {@link encodeCommit} does.
 */
export function commitObject(commit: CommitFields): { type: 'commit'; oid: string; content: Buffer } {
  const content = encodeCommit(commit);
  return { type: 'commit', oid: hashObject('commit', content), content };
}

/** What a text is refused for that `Buffer.from` would change. */
const HALF_A_PAIR = 'contains half of a surrogate pair, which UTF-8 cannot hold';

function encodeSignature(role: 'author' | 'committer', signature: Signature): string {
  const { name, email, time, offset } = checkSignature(role, signature);
  const minutes = Math.abs(offset);
  const zone = `${pad(Math.floor(minutes / 60))}${pad(minutes % 60)}`;
  return `${name} <${email}> ${Math.floor(time.getTime() / 1000)} ${offset < 0 ? '-' : '+'}${zone}`;
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}

/** The furthest offset that libgit2 reads, in minutes; it takes any other for +0000. */
const MAX_OFFSET = 14 * 60 + 59;

/**
 * Checks that Git can store the signature, and returns it.
 *
 * @throws InvalidArgumentError naming the part that it cannot store; `option` is the role and the part.
 */
export function checkSignature(role: string, signature: Signature): Signature {
  const refuse = (part: string, value: unknown, problem: string): never => {
    throw new InvalidArgumentError(`The ${role}'s ${part} ${JSON.stringify(value)} ${problem}.`, {
      details: { option: `${role}.${part}`, value },
    });
  };
  for (const part of ['name', 'email'] as const) {
    const value: unknown = signature[part];
    if (typeof value !== 'string') return refuse(part, value, 'must be a string');
    if (value.trim() === '') return refuse(part, value, 'must not be empty');
    if (!value.isWellFormed()) return refuse(part, value, HALF_A_PAIR);
    // eslint-disable-next-line no-control-regex -- control characters would end the header line
    if (/[<>\x00-\x1f]/.test(value))
      return refuse(part, value, 'must not contain <, >, or control characters');
  }
  const { time, offset } = signature;
  if (!(time instanceof Date) || !(time.getTime() >= 0)) {
    return refuse('time', time, 'must be a valid Date, not before 1970');
  }
  checkOffset(`${role}.offset`, offset);
  return signature;
}

/**
 * Checks that Git can store an offset from UTC, and returns it.
 *
 * @param option What it is the value of, for the error.
 * @throws InvalidArgumentError when it is not a whole number of minutes, or further from UTC than any time zone is.
 */
export function checkOffset(option: string, offset: unknown): number {
  if (typeof offset === 'number' && Number.isInteger(offset) && Math.abs(offset) <= MAX_OFFSET) return offset;
  throw new InvalidArgumentError(
    `${option} must be a whole number of minutes, at most ${MAX_OFFSET} to either side; ${String(offset)} is not.`,
    { details: { option, value: offset } },
  );
}
