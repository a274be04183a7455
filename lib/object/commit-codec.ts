import { InvalidArgumentError, InvalidObjectError } from '../errors';
import { textReaderOf } from './commit-encoding';
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
export const HALF_A_PAIR = 'contains half of a surrogate pair, which UTF-8 cannot hold';

/**
 * A signature as commits and logs of references have it: `name <address> <seconds since 1970> <offset>`.
 *
 * @throws InvalidArgumentError when Git cannot store it.
 */
export function encodeSignature(role: 'author' | 'committer' | 'tagger', signature: Signature): string {
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

/**
 * Reads the content of a commit object, as libgit2 does: headers that mean nothing here are passed over, signatures
 * with an odd time get another one. Text is read by {@link textReaderOf}, which libgit2 leaves to others.
 *
 * @throws InvalidObjectError when the bytes are no commit.
 */
export function decodeCommit(oid: string, content: Buffer): CommitFields {
  const lines = new HeaderLines(content, textReaderOf(content));
  try {
    const tree = lines.next(TREE)?.[1]?.toLowerCase();
    if (tree === undefined) throw new Error('it names no tree');
    const parents: string[] = [];
    for (let parent; (parent = lines.next(PARENT)?.[1]);) parents.push(parent.toLowerCase());
    const author = decodeSignature('author', lines.next(AUTHOR)?.[1]);
    // Some programs have written several.
    while (lines.next(AUTHOR));
    const committer = decodeSignature('committer', lines.next(COMMITTER)?.[1]);
    return { tree, parents, author, committer, message: lines.rest() };
  } catch (error) {
    throw new InvalidObjectError(
      `The commit ${oid} is malformed: ${(error as Error).message}; run "git fsck" on it.`,
      { cause: error, details: { oid } },
    );
  }
}

/** What a commit says of its place in the history, and of its tree. */
export interface CommitLinks {
  readonly tree: string;
  readonly parents: readonly string[];
  /** When it was committed, in seconds since 1970. */
  readonly time: number;
}

/** The lines that git writes, with the seconds behind the last address of the committer. */
const LINKS =
  /^tree ([0-9a-f]{40})\n((?:parent [0-9a-f]{40}\n)*)author [^\n]*\ncommitter [^\n]*> (\d{1,12}) [+-]\d{4}\n/;
const PARENT_BYTES = 'parent \n'.length + 40;

/**
 * The same as far as it tells of the commit's place in the history: in a sixth of the time.
 *
 * @throws InvalidObjectError when the bytes are no commit.
 */
export function decodeCommitLinks(oid: string, content: Buffer): CommitLinks {
  const [, tree, lines, seconds] = LINKS.exec(content.toString('latin1')) ?? [];
  if (tree === undefined || lines === undefined) {
    const { tree, parents, committer } = decodeCommit(oid, content);
    return { tree, parents, time: Math.floor(committer.time.getTime() / 1000) };
  }
  const parents: string[] = [];
  for (let at = 'parent '.length; at < lines.length; at += PARENT_BYTES)
    parents.push(lines.slice(at, at + 40));
  return { tree, parents, time: Number(seconds) };
}

const TREE = /^tree ([0-9A-Fa-f]{40})$/;
const PARENT = /^parent ([0-9A-Fa-f]{40})$/;
const AUTHOR = /^author (.*)$/s;
const COMMITTER = /^committer (.*)$/s;

const NEWLINE = 0x0a;

/** The lines that a commit or a tag begins with, one after another. */
export class HeaderLines {
  private at = 0;

  /** @param textOf Makes text of bytes. Default: they are UTF-8. */
  constructor(
    private readonly content: Buffer,
    private readonly textOf = (bytes: Buffer) => bytes.toString('utf8'),
  ) {}

  /** Takes the next line if it is of this form. */
  next(form: RegExp): RegExpExecArray | undefined {
    const end = this.content.indexOf(NEWLINE, this.at);
    const match = end < 0 ? null : form.exec(this.textOf(this.content.subarray(this.at, end)));
    if (!match) return undefined;
    this.at = end + 1;
    return match;
  }

  /** What follows the first empty line; text ends at a NUL, as in the binding. */
  rest(): string {
    let { at } = this;
    while (at < this.content.length && this.content[at] !== NEWLINE) {
      const end = this.content.indexOf(NEWLINE, at);
      at = end < 0 ? this.content.length : end + 1;
    }
    const nul = this.content.indexOf(0, at + 1);
    return this.textOf(this.content.subarray(at + 1, nul < 0 ? undefined : nul));
  }
}

/**
 * `<name> <<email>> <seconds> <offset>`, of which libgit2 wants the angle brackets only
 * (`git_signature__parse` in its signature.c).
 *
 * @throws Error that says what is wrong with it.
 */
export function decodeSignature(role: string, line: string | undefined): Signature {
  if (line === undefined) throw new Error(`it names no ${role}`);
  const [open, close] = [line.lastIndexOf('<'), line.lastIndexOf('>')];
  if (open < 0 || close <= open) throw new Error(`its ${role} has no address`);
  const time = TIME.exec(line.slice(close + 2));
  const seconds = Number(time?.[1] ?? 0);
  if ((!time && line.length > close + 2) || Math.abs(seconds) >= 2 ** 63) {
    throw new Error(`the time of its ${role} is no number that can be`);
  }
  return {
    name: withoutCrud(line.slice(0, open)),
    email: withoutCrud(line.slice(open + 1, close)),
    time: new Date(seconds * 1000),
    offset: decodeOffset(time?.[2] ?? ''),
  };
}

const TIME = /^\s*([+-]?\d+)(?:.(.*))?/s;

/** An offset that cannot be is none. */
function decodeOffset(text: string): number {
  const match = /^([+-])(\d+)/.exec(text);
  const value = Number(match?.[2] ?? 0);
  const [hours, minutes] = [Math.floor(value / 100), value % 100];
  if (hours > 14 || minutes > 59 || value === 0) return 0;
  return (match?.[1] === '-' ? -1 : 1) * (hours * 60 + minutes);
}

/**
 * What libgit2 leaves out at the ends of names and addresses (`extract_trimmed` in its signature.c); text ends at a
 * NUL, as in the binding.
 */
function withoutCrud(text: string): string {
  // eslint-disable-next-line no-control-regex -- they are among what is left out
  return text.replace(/^[\x00-\x20,:;<>"\\']+|[\x00-\x20,:;<>"\\']+$/g, '').replace(/\0.*$/s, '');
}
