const HEADER = Buffer.from('\nencoding ');
const END_OF_HEADERS = Buffer.from('\n\n');

/** The names most in use; Node takes them for windows-1252, and in some versions (20.20) that for them. */
const LATIN_1 = /^(?:iso[-_]?8859-?1|latin-?1)$/i;

/** What every encoding of headers has to leave as it is. */
const ASCII = Buffer.from('tree parent author <@> 0123456789 +0200');

/**
 * What makes text of a commit's bytes: as its header `encoding` says, else as UTF-8, also where that is none that Node knows or
 * that headers could be in.
 *
 * Source: https://git-scm.com/docs/git-commit#_discussion
 */
export function textReaderOf(commit: Buffer): (bytes: Buffer) => string {
  const at = commit.indexOf(HEADER);
  if (at < 0 || commit.indexOf(END_OF_HEADERS) < at) return utf8;
  const start = at + HEADER.length;
  const label = commit.toString('latin1', start, commit.indexOf('\n', start)).trim();
  if (LATIN_1.test(label)) return (bytes) => bytes.toString('latin1');
  try {
    const decoder = new TextDecoder(label, { ignoreBOM: true });
    if (decoder.decode(ASCII) !== ASCII.toString()) return utf8;
    return (bytes) => decoder.decode(bytes);
  } catch {
    return utf8;
  }
}

function utf8(bytes: Buffer): string {
  return bytes.toString('utf8');
}
