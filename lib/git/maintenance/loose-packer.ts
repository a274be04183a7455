import { statSync, unlinkSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { inflate } from 'node:zlib';
import { InvalidObjectError } from '../../errors';
import { decodeObject } from '../../object/object-codec';
import type { DecodedObject } from '../../object/object-codec';
import { visitLinks } from '../../object/object-links';
import { OID_BYTES } from '../../object/oid';
import type { ObjectType } from '../../object/oid';
import type { OidList } from '../../object/oid-list';
import { looseObjectFile } from '../loose/loose-object-file';
import { readLooseObjectNow } from '../loose/loose-object-reader';
import { TOO_LARGE } from '../on-the-spot';
import { listLooseObjects } from './loose-list';
import { PackedHistory } from './packed-history';
import { readRoots } from './roots';
import { Pace } from './step';
import type { StepContext } from './step';
import { UpkeepPackWriter } from './upkeep-pack-writer';

const inflateInBackground = promisify(inflate);

/** Larger objects stay in files of their own, which serve them as well; so an object can be handled in memory. */
const MAX_OBJECT_BYTES = 16 * 1024 * 1024;

/** After so long without use, `git gc` takes what nothing refers to for garbage (`gc.pruneExpire`). */
export const GRACE_MS = 14 * 24 * 3600 * 1000;

/** What has become of the loose objects. */
export interface LooseResult {
  /** How many are in the new pack. */
  readonly packed: number;
  /** How many still have files of their own. */
  readonly left: number;
}

/**
 * Moves loose objects into one pack: their files go away when the pack is on the disk with its name.
 *
 * Which ones? `git gc` leaves alone what nothing refers to, as long as it is young: a writer is about to refer to
 * it. But of packs, `git repack -a -d` drops at once what nothing refers to. So what a running writer has written,
 * ours or git's, must not get into a pack before a reference leads to it: it would be worse off there. Therefore
 * only these are packed:
 *
 * - what references lead to, from loose object to loose object, and through commits in packs as long as anything loose has not
 *   been found;
 * - what has not been used for two weeks. `git gc` would delete it if it were garbage, so no writer may count on
 *   it; and what hangs below a packed folder is reached in the end. A file whose time changes meanwhile stays: a
 *   writer has just found it.
 *
 * All others stay loose: what is staged, what only logs or an index refer to, and what is large. What is damaged
 * stays too, and is told.
 */
export async function packLooseObjects(context: StepContext): Promise<LooseResult> {
  // Roots before files: what a reference leads to was written before the reference.
  const roots = await readRoots(context.commonFolder);
  const list = await listLooseObjects(context.objectsFolder);
  if (list.count === 0) return { packed: 0, left: 0 };
  const packer = new LoosePacker(context, list);
  const packed = await packer.run(roots);
  return { packed, left: list.count - packed };
}

/** Packs the loose objects of a list. */
class LoosePacker {
  /** By position: whether an object waits for its turn, or had it. */
  private readonly seen: Uint8Array;
  /** What waits to be packed: commits come first in a pack, then folders, then files, as git likes to read them. */
  private readonly waiting: readonly [commits: number[], folders: number[], files: number[]] = [[], [], []];
  /** The positions of what was packed, in the order of the entries. */
  private readonly packed: Uint32Array;
  private packedCount = 0;
  /** How many of them references lead to; the others come after them, with the times that their files had. */
  private reachedCount = 0;
  private readonly oldTimes: number[] = [];
  private readonly pace: Pace;
  private readonly behind: PackedHistory;
  private seenCount = 0;

  constructor(
    private readonly context: StepContext,
    private readonly list: OidList,
  ) {
    this.seen = new Uint8Array(list.count);
    this.packed = new Uint32Array(list.count);
    this.pace = new Pace(context, 'loose-objects', list.count);
    this.behind = new PackedHistory(context.objectsFolder);
  }

  /** Returns how many files are gone. */
  async run(roots: ReadonlySet<string>): Promise<number> {
    const writer = await UpkeepPackWriter.open(this.context.objectsFolder);
    try {
      for (const root of roots) this.enqueue(Buffer.from(root, 'hex'), 0, 'commit');
      await this.packReached(writer);
      this.reachedCount = this.packedCount;
      await this.packOld(writer);
    } catch (error) {
      await writer.discard();
      throw error;
    } finally {
      this.behind.close();
    }
    if (writer.objects === 0) await writer.discard();
    else await writer.finish();
    return this.removeFiles();
  }

  private readonly enqueue = (source: Buffer, at: number, type: ObjectType | undefined): void => {
    const position = this.list.find(source, at);
    if (position < 0) {
      if (type === 'commit' || type === undefined)
        this.behind.add(source.toString('hex', at, at + OID_BYTES));
      return;
    }
    if (this.seen[position]) return;
    this.seen[position] = 1;
    this.seenCount++;
    this.waiting[type === 'tree' ? 1 : type === 'blob' ? 2 : 0].push(position);
  };

  private async packReached(writer: UpkeepPackWriter): Promise<void> {
    const [commits, folders, files] = this.waiting;
    for (;;) {
      const position = commits.pop() ?? folders.pop() ?? files.pop();
      const isAllSeen = this.seenCount === this.list.count;
      const object =
        position !== undefined
          ? await this.pack(position, writer)
          : isAllSeen
            ? undefined
            : this.behind.next();
      if (object) visitLinks(object, this.enqueue);
      else if (position === undefined) return;
      if (this.pace.isOver()) await this.pace.next(this.packedCount);
    }
  }

  private async packOld(writer: UpkeepPackWriter): Promise<void> {
    const limit = Date.now() - GRACE_MS;
    for (let position = 0; position < this.list.count; position++) {
      if (this.seen[position]) continue;
      const time = timeOf(this.fileAt(position));
      if (time < limit && (await this.pack(position, writer))) this.oldTimes.push(time);
      if (this.pace.isOver()) await this.pace.next(this.packedCount);
    }
  }

  /** Returns the object, unless it has to stay where it is. */
  private async pack(position: number, writer: UpkeepPackWriter): Promise<DecodedObject | undefined> {
    const object = await this.read(position);
    if (!object) return undefined;
    const written = writer.addObject(this.list.bytes, position * OID_BYTES, object.type, object.content);
    if (written) await written;
    this.packed[this.packedCount++] = position;
    return object;
  }

  private async read(position: number): Promise<DecodedObject | undefined> {
    const oid = this.list.oidAt(position);
    const file = this.fileAt(position);
    try {
      const object = readLooseObjectNow(this.context.objectsFolder, oid);
      if (object !== TOO_LARGE) return object;
      if (statSync(file).size > MAX_OBJECT_BYTES) return undefined;
      const limit = { maxOutputLength: MAX_OBJECT_BYTES };
      return decodeObject(oid, await inflateInBackground(await readFile(file), limit));
    } catch (error) {
      // Somebody else may have packed it; or it is large.
      if (['ENOENT', 'ERR_BUFFER_TOO_LARGE'].includes((error as NodeJS.ErrnoException).code ?? ''))
        return undefined;
      const { message } = (error instanceof InvalidObjectError ? error.cause : error) as Error;
      this.context.problems.push({ path: file, message: `The object ${oid} is damaged: ${message}` });
      return undefined;
    }
  }

  /**
   * Removes the files of what was packed, the last one first: what led to an object goes after it. So whenever this
   * ends, killed or not, references lead to all that is left, and the next time finds it.
   */
  private async removeFiles(): Promise<number> {
    let removed = 0;
    for (let number = this.packedCount - 1; number >= 0; number--) {
      const file = this.fileAt(this.packed[number] as number);

      if (number < this.reachedCount || timeOf(file) === this.oldTimes[number - this.reachedCount]) {
        if (removeFile(file)) removed++;
      }
      if (this.pace.isOver()) await this.pace.next(this.packedCount);
    }
    this.pace.tell(this.packedCount);
    return removed;
  }

  private fileAt(position: number): string {
    return looseObjectFile(this.context.objectsFolder, this.list.oidAt(position));
  }
}

/** Removes a file; not by `rmSync`, which looks at it first. Returns whether it was there. */
function removeFile(file: string): boolean {
  try {
    unlinkSync(file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

/** When a file was written or refreshed, in milliseconds since 1970; never when it is gone. */
function timeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Infinity;
}
