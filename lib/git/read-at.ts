import { readSync } from 'node:fs';

/**
 * Reads so many bytes at a place of an open file.
 *
 * @throws Error when the file has fewer.
 */
export function readAt(descriptor: number, position: number, length: number): Buffer {
  // Not from Node's pool: what is kept of it would keep others' bytes with it.
  const bytes = Buffer.allocUnsafeSlow(length);
  if (readSync(descriptor, bytes, 0, length, position) < length) throw new Error('it breaks off');
  return bytes;
}
