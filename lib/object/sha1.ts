import * as crypto from 'node:crypto';

/** The SHA-1 of bytes, or of a text's UTF-8, as hexadecimal digits; or as text with a character for each byte. */
export const sha1: (data: Uint8Array | string, encoding?: 'hex' | 'binary') => string = makeSha1();

/** Node has a function for what is there at once from 20.12 on. `createHash` makes a stream each time, and takes three times as long. */
function makeSha1(): typeof sha1 {
  const { hash } = crypto as {
    hash?: (algorithm: string, data: Uint8Array | string, encoding: 'hex' | 'binary') => string;
  };
  return hash
    ? (data, encoding = 'hex') => hash('sha1', data, encoding)
    : (data, encoding = 'hex') => crypto.createHash('sha1').update(data).digest(encoding);
}
