import { createHash } from 'node:crypto';

/** What a lock is for. */
export interface LockTarget {
  /** The name of a model; null for what is no record. */
  readonly model: string | null;
  readonly id: string;
}

/** What the names of locks begin with. */
const LOCKS = 'refs/locks/';

/** Longer parts of a name are replaced by a hash; a file's name may have 255 bytes, and Git appends to it. */
const MAX_PART = 180;

/**
 * The reference that a lock is kept under: `refs/locks/record/<model>/<id>`, or `refs/locks/other/<id>`. Different
 * targets have different references, also on file systems that do not tell capitals from small letters: these, digits
 * and dashes stand for themselves, every other byte of the UTF-8 becomes `%` and two hexadecimal digits. What is long
 * becomes `%sha256-` and its hash, what is empty `%empty`.
 */
export function lockRef({ model, id }: LockTarget): string {
  return model === null
    ? `${LOCKS}other/${encodePart(id)}`
    : `${LOCKS}record/${encodePart(model)}/${encodePart(id)}`;
}

function encodePart(text: string): string {
  if (text === '') return '%empty';
  const encoded = Array.from(text, encodeCharacter).join('');
  return encoded.length <= MAX_PART
    ? encoded
    : `%sha256-${createHash('sha256').update(encoded).digest('hex')}`;
}

function encodeCharacter(character: string): string {
  if (/^[a-z0-9-]$/.test(character)) return character;
  // Half of a surrogate pair, which UTF-8 does not have.
  if (!character.isWellFormed()) return `%u${character.charCodeAt(0).toString(16)}`;
  return Buffer.from(character).toString('hex').replace(/../g, '%$&');
}
