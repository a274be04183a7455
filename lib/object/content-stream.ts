import { Readable } from 'node:stream';

/** A stream of what is in memory; what it gives is a copy, since the content is shared with others. */
export function streamOf(content: Buffer): Readable {
  return new Readable({
    read() {
      if (content.length > 0) this.push(Buffer.from(content));
      this.push(null);
    },
  });
}
