/**
 * Names in Git's trees are bytes, not text. Inside this library a name from a tree is a *byte name*: a string
 * with one character (U+0000 to U+00FF) for each byte. Two byte names compare with `<` as Git compares the
 * bytes, every name survives a rewrite of its tree even when it is not UTF-8, and for ASCII, which nearly all
 * names are, the byte name and the text are the same string.
 */
export type ByteName = string;

// eslint-disable-next-line no-control-regex -- the range is ASCII, control characters included
const ASCII = /^[\x00-\x7f]*$/;

/** The byte name of a text: its UTF-8. */
export function toByteName(text: string): ByteName {
  return ASCII.test(text) ? text : Buffer.from(text, 'utf8').toString('latin1');
}

/** The text of a byte name; bytes that are not UTF-8 become U+FFFD, so such a text does not lead back. */
export function fromByteName(name: ByteName): string {
  return ASCII.test(name) ? name : Buffer.from(name, 'latin1').toString('utf8');
}
