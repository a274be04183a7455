/** Some bytes that lie among others. To pass these on costs less than a Buffer of their own, which is an object of many parts. */
export interface ByteRange {
  readonly bytes: Buffer;
  readonly start: number;
  /** Where what follows them begins. */
  readonly end: number;
}

/** The range as bytes of its own. */
export function copyOf({ bytes, start, end }: ByteRange): Buffer {
  const copy = Buffer.allocUnsafe(end - start);
  bytes.copy(copy, 0, start, end);
  return copy;
}
