import * as crypto from 'node:crypto';

/** The SHA-1 of bytes, or of a text's UTF-8, as hexadecimal digits. */
export const sha1: (data: Uint8Array | string) => string = makeSha1();

/** Node has a function for what is there at once from 20.12 on. `createHash` makes a stream each time, and takes three times as long. */
function makeSha1(): typeof sha1 {
  const { hash } = crypto as { hash?: (algorithm: string, data: Uint8Array | string) => string };
  return hash ? (data) => hash('sha1', data) : (data) => crypto.createHash('sha1').update(data).digest('hex');
}
