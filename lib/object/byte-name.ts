import { isUtf8 } from 'node:buffer';

/**
 * Names in Git's trees are bytes, not text. Inside this library a name from a tree is a *byte name*: a string
 * with one character (U+0000 to U+00FF) for each byte. Two byte names compare with `<` as Git compares the
 * bytes, every name survives a rewrite of its tree even when it is not UTF-8, and for ASCII, which nearly all
 * names are, the byte name and the text are the same string.
 *
 * In a text, each byte that is not part of UTF-8 is half of a surrogate pair, U+DC80 to U+DCFF, which no UTF-8 leads to: so every
 * text leads back to the bytes. Python does the same (`surrogateescape`, https://peps.python.org/pep-0383/).
 */
export type ByteName = string;

// eslint-disable-next-line no-control-regex -- the range is ASCII, control characters included
const ASCII = /^[\x00-\x7f]*$/;

/** Halves of surrogate pairs that stand for bytes; with `u`, those in a pair do not match. */
const ESCAPED = /[\udc80-\udcff]/gu;

/** What is added to a byte. */
const ESCAPE = 0xdc00;

/** The byte name of a text: its UTF-8, and the bytes that {@link fromByteName} could not make text of. */
export function toByteName(text: string): ByteName {
  if (ASCII.test(text)) return text;
  if (text.isWellFormed()) return toUtf8(text);
  let name = '';
  let start = 0;
  for (const { 0: half, index } of text.matchAll(ESCAPED)) {
    name += toUtf8(text.slice(start, index)) + String.fromCharCode(half.charCodeAt(0) - ESCAPE);
    start = index + 1;
  }
  return name + toUtf8(text.slice(start));
}

/** The text of a byte name, which leads back to it. */
export function fromByteName(name: ByteName): string {
  if (ASCII.test(name)) return name;
  const bytes = Buffer.from(name, 'latin1');
  if (isUtf8(bytes)) return bytes.toString('utf8');
  let text = '';
  for (let at = 0; at < bytes.length;) {
    const character = characterAt(bytes, at);
    text += character?.toString('utf8') ?? String.fromCharCode(ESCAPE + (bytes[at] as number));
    at += character?.length ?? 1;
  }
  return text;
}

function toUtf8(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** The bytes of the character that begins at a place; undefined where none does. */
function characterAt(bytes: Buffer, at: number): Buffer | undefined {
  for (let length = 1; length <= 4; length++) {
    const character = bytes.subarray(at, at + length);
    if (isUtf8(character)) return character;
  }
  return undefined;
}
