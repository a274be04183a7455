import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { InvalidObjectError } from '../../errors';
import { decodeObjectHeader, MAX_HEADER_BYTES } from '../../object/object-codec';
import { objectHeader } from '../../object/oid';
import type { ObjectType } from '../../object/oid';
import { decodeDeltaResultSize, MAX_DELTA_HEADER_BYTES } from '../../object/pack/delta';
import { decodeEntryHeader, MAX_ENTRY_HEADER_BYTES } from '../../object/pack/pack-entry-codec';
import type { EntryHeader } from '../../object/pack/pack-entry-codec';
import { objectFolders } from '../alternates';
import { looseObjectFile } from '../loose/loose-object-file';
import { damagedObject, wrongType } from '../object-errors';
import { findInPack, findInPacks } from '../pack/pack-index-reader';
import type { PackLocation } from '../pack/pack-index-reader';
import { InflatedFile, PIECE_BYTES } from './inflated-file';

/** What is known of a blob before its content is read. */
interface BlobFacts {
  readonly oid: string;
  readonly size: number;
  /** The file that it is read from. */
  readonly file: string;
}

/**
 * The content of a blob, read from its file as fast as somebody wants it. It ends without an error only when all of
 * it was as its oid says. The file is open until the stream has ended or been destroyed.
 */
export class StoredBlob extends Readable {
  /** How many bytes the whole content has. */
  readonly size: number;
  private readonly hash = createHash('sha1');
  private left: number;
  private beginning: Buffer | undefined;

  constructor(
    private readonly content: InflatedFile,
    private readonly facts: BlobFacts,
    beginning?: Buffer,
  ) {
    super({ highWaterMark: PIECE_BYTES });
    this.size = this.left = facts.size;
    this.beginning = beginning;
    this.hash.update(objectHeader('blob', facts.size));
  }

  override _read(): void {
    void this.readPiece();
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    this.content.close().then(
      () => {
        callback(error);
      },
      (failure: unknown) => {
        callback(error ?? (failure as Error));
      },
    );
  }

  private async readPiece(): Promise<void> {
    const { oid, file } = this.facts;
    try {
      const piece = await this.nextPiece();
      if (this.destroyed) return;
      if (piece) {
        this.left -= piece.length;
        if (this.left < 0) throw new Error(WRONG_SIZE);
        this.hash.update(piece);
      } else {
        if (this.left > 0) throw new Error(WRONG_SIZE);
        if (this.hash.digest('hex') !== oid) throw new Error('its content has another oid');
      }
      this.push(piece ?? null);
    } catch (error) {
      this.destroy(damagedObject(oid, file, error));
    }
  }

  /** An empty piece would be taken for "nothing yet". */
  private async nextPiece(): Promise<Buffer | undefined> {
    const { beginning } = this;
    this.beginning = undefined;
    return beginning && beginning.length > 0 ? beginning : this.content.next();
  }
}

const WRONG_SIZE = 'it does not have the size that its header says';

/** How often packs may vanish while they are searched, before libgit2 is asked. */
const SEARCHES = 5;

/**
 * Opens a blob that has a file of its own or is in a pack as a whole, in the repository or an alternate of it. Its
 * content can be read with little memory, however large it is.
 *
 * @returns undefined for all others: those that are stored as a delta, and those that are not there.
 * @throws InvalidObjectError when it is not a blob, or is damaged at its beginning.
 */
export async function openStoredBlob(objectsFolder: string, oid: string): Promise<StoredBlob | undefined> {
  return search(objectsFolder, oid, {
    async inFile(handle, file) {
      const content = new InflatedFile(handle, 0);
      const beginning = await content.atLeast(MAX_HEADER_BYTES);
      const { type, size, length } = decodeObjectHeader(beginning);
      expectBlob(oid, type);
      return new StoredBlob(content, { oid, size, file }, beginning.subarray(length));
    },
    async inPack(handle, { pack, offset }) {
      const { kind, size, length } = await readEntryHeader(handle, offset);
      if (kind === 'delta') return undefined;
      expectBlob(oid, kind);
      return new StoredBlob(new InflatedFile(handle, offset + length), { oid, size, file: pack });
    },
  });
}

/**
 * The size of a blob, for which only its beginning is read, or that of its delta.
 *
 * @returns undefined when that does not tell, or the blob is not there.
 * @throws InvalidObjectError when it is not a blob, or is damaged at its beginning.
 */
export async function readStoredBlobSize(objectsFolder: string, oid: string): Promise<number | undefined> {
  return search(objectsFolder, oid, {
    async inFile(handle) {
      const { type, size } = decodeObjectHeader(await readInflated(handle, 0, MAX_HEADER_BYTES));
      expectBlob(oid, type);
      return size;
    },
    async inPack(handle, location) {
      const { kind, size, length } = await readEntryHeader(handle, location.offset);
      const type = await typeOfEntry(handle, location);
      if (!type) return undefined;
      expectBlob(oid, type);
      if (kind !== 'delta') return size;
      const delta = await readInflated(handle, location.offset + length, MAX_DELTA_HEADER_BYTES);
      return decodeDeltaResultSize(delta);
    },
  });
}

/** What is asked of an object in a file of its own, or in a pack; undefined when that place has no answer. */
interface Question<T> {
  inFile(handle: FileHandle, file: string): Promise<T>;
  inPack(handle: FileHandle, location: PackLocation): Promise<T | undefined>;
}

/** Looks for an object in all places where it can be, until one of them has an answer. */
async function search<T>(objectsFolder: string, oid: string, question: Question<T>): Promise<T | undefined> {
  const folders = objectFolders(objectsFolder);
  let damage: InvalidObjectError | undefined;
  for (let attempt = 1, again = true; again && attempt <= SEARCHES; attempt++) {
    again = false;
    for (const folder of folders) {
      const file = looseObjectFile(folder, oid);
      const answer = await ask(oid, file, (handle) => question.inFile(handle, file));
      if (answer.found) return answer.result;
    }
    for (const folder of folders) {
      const { locations, vanished } = findInPacks(folder, oid);
      again ||= vanished;
      for (const location of locations) {
        try {
          const answer = await ask(oid, location.pack, (handle) => question.inPack(handle, location));
          if (answer.result !== undefined) return answer.result;
          again ||= !answer.found;
        } catch (error) {
          // Another pack may have it sound.
          damage = error as InvalidObjectError;
        }
      }
    }
  }
  if (damage) throw damage;
  return undefined;
}

interface Answer<T> {
  /** Whether the file is there. */
  readonly found: boolean;
  readonly result?: T;
}

/** Opens a file and asks it. The file stays open only when there is a blob that is read from it. */
async function ask<T>(
  oid: string,
  file: string,
  question: (handle: FileHandle) => Promise<T>,
): Promise<Answer<T>> {
  let handle: FileHandle | undefined;
  let stays = false;
  try {
    handle = await open(file);
    const result = await question(handle);
    stays = result instanceof StoredBlob;
    return { found: true, result };
  } catch (error) {
    if (!handle && (error as NodeJS.ErrnoException).code === 'ENOENT') return { found: false };
    throw error instanceof InvalidObjectError ? error : damagedObject(oid, file, error);
  } finally {
    if (!stays) await handle?.close();
  }
}

function expectBlob(oid: string, type: ObjectType): void {
  if (type !== 'blob') throw wrongType(oid, type, 'blob');
}

async function readInflated(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const content = new InflatedFile(handle, position);
  try {
    return await content.atLeast(length);
  } finally {
    await content.close();
  }
}

async function readEntryHeader(handle: FileHandle, offset: number): Promise<EntryHeader> {
  const bytes = Buffer.alloc(MAX_ENTRY_HEADER_BYTES);
  const { bytesRead } = await handle.read(bytes, 0, bytes.length, offset);
  return decodeEntryHeader(bytes.subarray(0, bytesRead));
}

/** The type of an object in a pack: a delta's is that of the object at the end of its chain of bases. */
async function typeOfEntry(
  handle: FileHandle,
  { pack, offset }: PackLocation,
): Promise<ObjectType | undefined> {
  const seen = new Set<number>();
  let at: number | undefined = offset;
  while (at !== undefined && at > 0 && !seen.has(at)) {
    seen.add(at);
    const { kind, base }: EntryHeader = await readEntryHeader(handle, at);
    if (kind !== 'delta') return kind;
    at = typeof base === 'number' ? at - base : findInPack(pack, base as string);
  }
  return undefined;
}
