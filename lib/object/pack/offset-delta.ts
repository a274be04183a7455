/*
 * Deltas whose base is named by how far before them it begins in the pack.
 *
 * Format: https://git-scm.com/docs/gitformat-pack#_pack_pack_files_have_the_following_format
 */

/**
 * The header of such a delta, with another distance.
 *
 * @param header The whole header as it was.
 * @param distance How far before the delta its base begins, in bytes.
 */
export function withDistance(header: Buffer, distance: number): Buffer {
  let sizeBytes = 0;
  while ((header[sizeBytes++] as number) >= 0x80);
  return Buffer.concat([header.subarray(0, sizeBytes), encodeDistance(distance)]);
}

/** Seven bits a byte, the highest first; every byte that another one follows counts one more than its bits say. */
function encodeDistance(distance: number): Buffer {
  const bytes = [distance % 128];
  for (let rest = Math.floor(distance / 128); rest > 0; rest = Math.floor(rest / 128)) {
    rest -= 1;
    bytes.unshift(0x80 | (rest % 128));
  }
  return Buffer.from(bytes);
}
