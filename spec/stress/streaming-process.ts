/**
 * A program of its own, run in a project that has the library: saves a photo with pseudo-random bytes in a
 * repository, or reads it from there, and prints how long that took and how much memory above its start it has had.
 */
import { createCipheriv, createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { BlobField, GitBlob, GitModel, Model, SlugField, Workspace } from 'gitmodel';
import type { BlobInput, BoundModel } from 'gitmodel';

@Model({ name: 'Photo' })
class PhotoModel extends GitModel {
  @SlugField({ id: true }) name!: string;
  @BlobField() image!: GitBlob;
}

/** What the process is to do, as JSON in its first argument. */
export interface StreamingOrder {
  /** Where the bytes come from, or that they are read. */
  readonly do: 'save generator' | 'save stream' | 'save file' | 'read';
  readonly repository: string;
  /** Of the pseudo-random bytes. */
  readonly size: number;
  /** What is saved, when it comes from a file or its stream. */
  readonly file: string;
}

/** What it prints, as JSON. */
export interface StreamingResult {
  /** The blob's. */
  readonly oid: string;
  /** The SHA-256 of what came out, or went in by a generator. */
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

/** What the photo's image is given as. */
function imageOf(order: StreamingOrder, hash: Hash): BlobInput {
  if (order.do === 'save file') return { file: order.file };
  return order.do === 'save stream' ? createReadStream(order.file) : stream(order.size, hash);
}

async function save(Photo: BoundModel<typeof PhotoModel>, image: BlobInput): Promise<PhotoModel> {
  const photo = (await Photo.getOrNull('sunset')) ?? new Photo({ name: 'sunset' });
  photo.set({ image });
  await photo.save({ commit: true, message: 'A photo' });
  return photo;
}

async function read(Photo: BoundModel<typeof PhotoModel>, hash: Hash): Promise<PhotoModel> {
  const photo = await Photo.get('sunset');
  for await (const piece of (await photo.image.stream()) as AsyncIterable<Buffer>) hash.update(piece);
  return photo;
}

async function main(order: StreamingOrder): Promise<StreamingResult> {
  const ws = await Workspace.open(order.repository);
  const Photo = ws.register(PhotoModel);
  const hash = createHash('sha256');

  const start = process.memoryUsage.rss();
  let highest = start;
  const sample = (): void => {
    highest = Math.max(highest, process.memoryUsage.rss());
  };
  const timer = setInterval(sample, SAMPLE_MS);
  const begin = performance.now();
  const photo = await (order.do === 'read' ? read(Photo, hash) : save(Photo, imageOf(order, hash)));
  const seconds = (performance.now() - begin) / 1000;
  clearInterval(timer);
  sample();
  const { oid } = photo.image;
  const size = await photo.image.size;
  await ws.close();
  return { oid: oid as string, hash: hash.digest('hex'), size, seconds, peak: (highest - start) / MB };
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
