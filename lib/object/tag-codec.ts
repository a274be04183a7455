import { InvalidArgumentError, InvalidObjectError } from '../errors';
import { decodeSignature, encodeSignature, HALF_A_PAIR, HeaderLines } from './commit-codec';
import type { Signature } from './commit-codec';
import { hashObject } from './oid';
import type { ObjectType } from './oid';

/** What a tag object says. */
export interface TagFields {
  /** The oid of what is tagged. */
  readonly target: string;
  readonly targetType: ObjectType;
  /** The short name: `v1.0`. */
  readonly name: string;
  /** Null in tags of the first versions of git. */
  readonly tagger: Signature | null;
  readonly message: string;
}

/**
 * The tag object itself. The message is stored as it is, without the newline that `git tag` adds.
 *
 * Format: https://git-scm.com/docs/git-mktag
 *
 * @throws InvalidArgumentError when the tagger or the message holds what the format cannot.
 */
export function tagObject(tag: TagFields & { readonly tagger: Signature }): {
  type: 'tag';
  oid: string;
  content: Buffer;
} {
  const { target, targetType, name, tagger, message } = tag;
  if (message.includes('\0') || !message.isWellFormed()) {
    const problem = message.includes('\0') ? 'contains NUL, which Git cannot store' : HALF_A_PAIR;
    throw new InvalidArgumentError(`The message of the tag ${problem}. Remove it.`, {
      details: { option: 'message', value: message },
    });
  }
  const lines = [
    `object ${target}`,
    `type ${targetType}`,
    `tag ${name}`,
    `tagger ${encodeSignature('tagger', tagger)}`,
  ];
  const content = Buffer.from(`${lines.join('\n')}\n\n${message}`, 'utf8');
  return { type: 'tag', oid: hashObject('tag', content), content };
}

const OBJECT = /^object ([0-9A-Fa-f]{40})$/;
const TYPE = /^type (blob|tree|commit|tag)$/;
const NAME = /^tag (.*)$/s;
const TAGGER = /^tagger (.*)$/s;

/**
 * Reads the content of a tag object, as libgit2 does: text is taken for UTF-8, and a signature of the whole is part of
 * the message.
 *
 * @throws InvalidObjectError when the bytes are no tag.
 */
export function decodeTag(oid: string, content: Buffer): TagFields {
  const lines = new HeaderLines(content);
  try {
    const target = lines.next(OBJECT)?.[1]?.toLowerCase();
    const targetType = lines.next(TYPE)?.[1] as ObjectType | undefined;
    const name = lines.next(NAME)?.[1];
    if (target === undefined || targetType === undefined) throw new Error('it does not say what it is of');
    if (name === undefined) throw new Error('it has no name');
    const line = lines.next(TAGGER)?.[1];
    const tagger = line === undefined ? null : decodeSignature('tagger', line);
    return { target, targetType, name, tagger, message: lines.rest() };
  } catch (error) {
    throw new InvalidObjectError(
      `The tag ${oid} is malformed: ${(error as Error).message}; run "git fsck" on it.`,
      {
        cause: error,
        details: { oid },
      },
    );
  }
}
