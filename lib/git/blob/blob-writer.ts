import { createHash } from 'node:crypto';
import { constants, existsSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createDeflate } from 'node:zlib';
import { GitModelError, InvalidArgumentError, ObjectWriteError } from '../../errors';
import { bytesOf } from '../../object/blob-source';
import type { BlobSource } from '../../object/blob-source';
import { hashObject, objectHeader } from '../../object/oid';
import { objectFolders } from '../alternates';
import {
  looseObjectFile,
  moveIntoPlace,
  OBJECT_PERMISSIONS,
  refreshObjectFile,
  temporaryObjectPrefix,
} from '../loose/loose-object-file';
import type { LooseObjectWriter } from '../loose/loose-object-writer';
import { findInPacks } from '../pack/pack-index-reader';

/** A blob that is in the object database. */
export interface WrittenBlob {
  readonly oid: string;
  /** Of its content, in bytes. */
  readonly size: number;
  /** The content, when it is so small that it may stay in memory. */
  readonly content: Buffer | undefined;
}

/** Up to this size, content is put together in memory. It is also how much of a longer stream is there at a time. */
const IN_MEMORY_BYTES = 1024 * 1024;

/** How much is read and compressed at a time. */
const PIECE_BYTES = 64 * 1024;

/** Git's own level for single objects (`core.looseCompression`). */
const LEVEL = 1;

/** Nobody waits at a named pipe that has no writer. Windows knows no such flag, and no such pipes. */
const READ_WITHOUT_WAITING = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/**
 * Writes blobs of any size as Git's loose files, with little of them in memory at a time.
 *
 * An object begins with its size. So a stream that is longer than what is put together in memory goes to a temporary
 * file first, and is compressed from there. All temporary files lie in the folder of the objects, under the names
 * that Git gives to such files, and are gone in the end, whatever happens.
 *
 * As with {@link LooseObjectWriter}, an object is complete before it gets its name, and not synced to the disk.
 */
export class BlobWriter {
  private readonly temporaryPrefix = temporaryObjectPrefix();
  private temporaryFiles = 0;

  /**
   * @param objectsFolder The `objects` folder of the repository.
   * @param small Writes what is small enough to be in memory.
   */
  constructor(
    private readonly objectsFolder: string,
    private readonly small: LooseObjectWriter,
  ) {}

  /**
   * Writes a blob, unless it is there already: then it is marked as recently used, as Git does.
   *
   * @throws ObjectWriteError when the source fails, or the blob cannot be written: nothing is left of it.
   * @throws InvalidArgumentError when the source is none, or brings something else than bytes and texts.
   */
  async write(source: BlobSource): Promise<WrittenBlob> {
    try {
      if (isStream(source)) return await this.writeStream(source);
      if (isFile(source)) return await this.writeFile(source.file);
    } catch (error) {
      throw asWriteError(error, this.objectsFolder);
    }
    throw new InvalidArgumentError(
      'The content of a blob has to come from { file: <path> }, a stream or an async iterable of Uint8Arrays and texts.',
      { details: { option: 'source', value: source } },
    );
  }

  private async writeFile(file: string): Promise<WrittenBlob> {
    const handle = await openSource(file);
    try {
      const { size } = await handle.stat();
      const pieces = readPieces(handle, size, file);
      if (size > IN_MEMORY_BYTES) return await this.deflate(pieces, size);
      const content: Buffer[] = [];
      for await (const piece of pieces) content.push(piece);
      return await this.writeSmall(Buffer.concat(content));
    } finally {
      await handle.close();
    }
  }

  private async writeStream(stream: AsyncIterable<unknown>): Promise<WrittenBlob> {
    const gathered = Buffer.allocUnsafe(IN_MEMORY_BYTES);
    let length = 0;
    let spooled = 0;
    let spool: TemporaryFile | undefined;
    try {
      for await (const bytes of bytesOf(stream)) {
        for (let at = 0; at < bytes.length;) {
          if (length === gathered.length) {
            spool ??= await this.openTemporary();
            await spool.handle.writeFile(gathered);
            spooled += length;
            length = 0;
          }
          const part = bytes.subarray(at, at + gathered.length - length);
          gathered.set(part, length);
          length += part.length;
          at += part.length;
        }
      }
      if (!spool) return await this.writeSmall(Buffer.from(gathered.subarray(0, length)));
      await spool.handle.writeFile(gathered.subarray(0, length));
      const size = spooled + length;
      return await this.deflate(readPieces(spool.handle, size, spool.path), size);
    } finally {
      await spool?.remove();
    }
  }

  private async writeSmall(content: Buffer): Promise<WrittenBlob> {
    const oid = hashObject('blob', content);
    if (!this.refresh(oid)) await this.small.write([{ type: 'blob', oid, content }]);
    return { oid, size: content.length, content };
  }

  private async deflate(pieces: AsyncIterable<Buffer>, size: number): Promise<WrittenBlob> {
    const temporary = await this.openTemporary();
    try {
      const hash = createHash('sha1');
      await pipeline(
        async function* () {
          const header = objectHeader('blob', size);
          hash.update(header);
          yield header;
          for await (const piece of pieces) {
            hash.update(piece);
            yield piece;
          }
        },
        createDeflate({ level: LEVEL, chunkSize: PIECE_BYTES }),
        async (deflated: AsyncIterable<Buffer>) => {
          for await (const piece of deflated) await temporary.handle.writeFile(piece);
        },
      );
      await temporary.handle.close();
      const oid = hash.digest('hex');
      if (!this.refresh(oid)) moveIntoPlace(temporary.path, looseObjectFile(this.objectsFolder, oid));
      return { oid, size, content: undefined };
    } finally {
      await temporary.remove();
    }
  }

  /**
   * Whether the object is somewhere already, in the repository or its alternates. Not by what libgit2 says: it knows
   * packs that are deleted already, and marks nothing as used.
   */
  refresh(oid: string): boolean {
    const folders = objectFolders(this.objectsFolder);
    if (folders.some((folder) => refreshObjectFile(looseObjectFile(folder, oid)))) return true;
    const packs = folders.flatMap((folder) => findInPacks(folder, oid).locations);
    return packs.some(({ pack }) => refreshObjectFile(pack));
  }

  /** What has to be synced for an object to be on the disk: its file, or the packs that have it, and their folders. */
  pathsOf(oid: string): string[] {
    const folders = objectFolders(this.objectsFolder);
    const folder = folders.find((each) => existsSync(looseObjectFile(each, oid)));
    if (folder !== undefined) {
      const file = looseObjectFile(folder, oid);
      return [file, path.dirname(file), folder];
    }
    const packs = folders.flatMap((each) => findInPacks(each, oid).locations);
    return packs.flatMap(({ pack }) => [pack, pack.replace(/\.pack$/, '.idx'), path.dirname(pack)]);
  }

  private async openTemporary(): Promise<TemporaryFile> {
    const file = path.join(this.objectsFolder, `${this.temporaryPrefix}${this.temporaryFiles++}`);
    const handle = await open(file, 'wx+', OBJECT_PERMISSIONS);
    const remove = async (): Promise<void> => {
      try {
        await handle.close();
      } finally {
        await rm(file, { force: true });
      }
    };
    return { path: file, handle, remove };
  }
}

/** What was thrown while a blob was written: as it is when it is one of ours, else as an ObjectWriteError. */
function asWriteError(error: unknown, folder: string): GitModelError {
  if (error instanceof GitModelError) return error;
  return new ObjectWriteError(
    `The blob could not be written to "${folder}": ${(error as Error).message}. ` +
      'Nothing is left of it; mend the cause and try again.',
    { cause: error, details: { path: folder } },
  );
}

interface TemporaryFile {
  readonly path: string;
  readonly handle: FileHandle;
  /** Closes it and removes it, if it still has this name. */
  remove(): Promise<void>;
}

function isStream(source: unknown): source is AsyncIterable<unknown> {
  return typeof (Object(source) as Partial<AsyncIterable<unknown>>)[Symbol.asyncIterator] === 'function';
}

function isFile(source: unknown): source is { file: string } {
  return typeof (Object(source) as { file?: unknown }).file === 'string';
}

/** Opens a file that somebody wants to have stored. */
async function openSource(file: string): Promise<FileHandle> {
  const fail = (reason: string, cause?: unknown): never => {
    throw new ObjectWriteError(`The file "${file}" could not be stored: ${reason}.`, {
      cause,
      details: { path: file },
    });
  };
  const handle = await open(file, READ_WITHOUT_WAITING).catch((error: unknown) =>
    fail((error as Error).message, error),
  );
  if ((await handle.stat()).isFile()) return handle;
  await handle.close();
  return fail('it is no regular file');
}

/**
 * Reads a file from its beginning.
 *
 * @throws ObjectWriteError when it does not have so many bytes by now.
 */
async function* readPieces(handle: FileHandle, size: number, file: string): AsyncGenerator<Buffer> {
  for (let position = 0; ;) {
    const piece = Buffer.allocUnsafe(PIECE_BYTES);
    const { bytesRead } = await handle.read(piece, 0, piece.length, position);
    position += bytesRead;
    if (position > size || (bytesRead === 0 && position < size)) {
      throw new ObjectWriteError(
        `The file "${file}" changed while it was read: it had ${size} bytes at first. Try again when it is complete.`,
        { details: { path: file, size } },
      );
    }
    if (bytesRead === 0) return;
    yield piece.subarray(0, bytesRead);
  }
}
