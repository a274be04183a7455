/**
 * A program of its own, run in a project that has the library: streams a blob of pseudo-random bytes into a
 * repository, or out of it, and prints how long that took and how much memory above its start it has had.
 */
import { createCipheriv, createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import path from 'node:path';
import type * as stores from '../../lib/git/object-store';
import type * as repositories from '../../lib/git/repository';

/** What the process is to do, as JSON in its first argument. */
export interface StreamingOrder {
  readonly do: 'write stream' | 'write file' | 'read';
  /** The folder of the compiled library. */
  readonly library: string;
  readonly repository: string;
  /** Of the pseudo-random stream, in bytes. */
  readonly size: number;
  /** What is written, when it comes from a file. */
  readonly file: string;
  /** What is read. */
  readonly oid: string;
}

/** What it prints, as JSON. */
export interface StreamingResult {
  readonly oid: string;
  /** The SHA-256 of what went in or came out. */
  readonly hash: string;
  readonly size: number;
  readonly seconds: number;
  /** The highest resident memory above that at the start, in MB. */
  readonly peak: number;
}

const MB = 1e6;
const SAMPLE_MS = 20;

/** The same bytes every time: nothing that could be compressed. */
function* pseudoRandom(size: number, hash: Hash): Generator<Buffer> {
  const cipher = createCipheriv('aes-128-ctr', Buffer.alloc(16, 'key'), Buffer.alloc(16));
  const zeros = Buffer.alloc(64 * 1024);
  for (let left = size; left > 0; left -= zeros.length) {
    const piece = cipher.update(zeros.subarray(0, Math.min(left, zeros.length)));
    hash.update(piece);
    yield piece;
  }
}

// eslint-disable-next-line @typescript-eslint/require-await -- the pieces are made on the spot
async function* stream(size: number, hash: Hash): AsyncGenerator<Buffer> {
  yield* pseudoRandom(size, hash);
}

async function main(order: StreamingOrder): Promise<StreamingResult> {
  const load = (name: string): Promise<unknown> => import(path.join(order.library, 'git', name));
  const { ObjectStore } = (await load('object-store')) as typeof stores;
  const { openRepository } = (await load('repository')) as typeof repositories;
  const objects = await ObjectStore.open(await openRepository(order.repository));
  const hash = createHash('sha256');

  const start = process.memoryUsage.rss();
  let highest = start;
  const sample = (): void => {
    highest = Math.max(highest, process.memoryUsage.rss());
  };
  const timer = setInterval(sample, SAMPLE_MS);
  const begin = performance.now();
  let { oid, size } = order;
  if (order.do === 'read') {
    size = 0;
    for await (const piece of (await objects.openBlob(oid)) as AsyncIterable<Buffer>) {
      hash.update(piece);
      size += piece.length;
    }
  } else {
    const source = order.do === 'write file' ? { file: order.file } : stream(size, hash);
    ({ oid, size } = await objects.writeBlobFrom(source));
  }
  const seconds = (performance.now() - begin) / 1000;
  clearInterval(timer);
  sample();
  return { oid, hash: hash.digest('hex'), size, seconds, peak: (highest - start) / MB };
}

main(JSON.parse(process.argv[2] as string) as StreamingOrder).then(
  (result) => {
    console.log(JSON.stringify(result));
  },
  (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  },
);
