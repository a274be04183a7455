import { readFileSync, statSync } from 'node:fs';
import type { BigIntStats } from 'node:fs';
import path from 'node:path';
import { GitError } from '../errors';

/** Any line that there may be: a comment, a reference, or what the tag in the line above leads to. */
// eslint-disable-next-line no-control-regex -- a name has no control characters
const LINE = /(?:#.*|([0-9a-f]{40}) ([^\x00-\x20\x7f]+)|\^[0-9a-f]{40})\n/y;

const [NEWLINE, CARET] = [0x0a, 0x5e];

/** How old a file has to be, in milliseconds, so that no later one can have its times: clocks of disks are coarse. */
const SETTLED_MS = 1000;

/** What was read, and by what the file is known again. */
interface KnownFile {
  readonly identity: string;
  readonly refs: PackedRefs;
}

/**
 * The file `packed-refs`, in which references are that have no file of their own, as it is at one moment. It is never
 * changed but replaced as a whole, so that it can be read without a lock.
 *
 * Format: https://git-scm.com/docs/gitrepository-layout#Documentation/gitrepository-layout.txt-packed-refs, and
 * `refs/packed-backend.c` in Git's sources: lines of an oid, a blank and a name.
 */
export class PackedRefs {
  private static readonly known = new WeakMap<object, KnownFile>();

  private constructor(private readonly oids: ReadonlyMap<string, string>) {}

  /**
   * Reads the file; it need not exist. While it is the same file, it is read once for a repository that is open: with ten
   * thousand references that takes milliseconds, and a name is looked for in it whenever it might be that of a tag.
   *
   * @throws GitError when it is damaged: what is not found in it might be taken for what is not there.
   */
  static read(repository: { readonly commonFolder: string }): PackedRefs {
    const file = path.join(repository.commonFolder, 'packed-refs');
    const now = Date.now();
    const stats = statSync(file, { bigint: true, throwIfNoEntry: false });
    const known = PackedRefs.known.get(repository);
    if (stats && known?.identity === identityOf(stats)) return known.refs;
    const refs = new PackedRefs(decode(file, stats ? readIfThere(file) : ''));
    if (stats && isSettled(stats, now)) {
      PackedRefs.known.set(repository, { identity: identityOf(stats), refs });
    }
    return refs;
  }

  /** The oid that a reference has here; null when it is not here. */
  valueOf(ref: string): string | null {
    return this.oids.get(ref) ?? null;
  }

  /** Whether a reference is here whose name is a folder of this one, or the other way round. */
  collidesWith(ref: string): boolean {
    for (let end = ref.lastIndexOf('/'); end > 0; end = ref.lastIndexOf('/', end - 1)) {
      if (this.oids.has(ref.slice(0, end))) return true;
    }
    return !this.under(`${ref}/`).next().done;
  }

  /** The oids of all references whose names begin like this. */
  *under(prefix: string): Generator<readonly [ref: string, oid: string], void> {
    for (const each of this.oids) if (each[0].startsWith(prefix)) yield each;
  }
}

/** One file from another: each that comes into its place has a number of its own, until one that is gone has left it its number. */
function identityOf({ ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return `${ino} ${size} ${mtimeNs} ${ctimeNs}`;
}

function isSettled({ mtimeMs, ctimeMs }: BigIntStats, now: number): boolean {
  return [mtimeMs, ctimeMs].every((time) => now - Number(time) > SETTLED_MS);
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

function decode(file: string, text: string): Map<string, string> {
  const oids = new Map<string, string>();
  LINE.lastIndex = 0;
  for (let start = 0; start < text.length; start = LINE.lastIndex) {
    const line = LINE.exec(text);
    if (!line) {
      throw new GitError(
        `The file "${file}" is damaged at position ${start}, so that the references in it are not known. Restore it, or ` +
          'remove the damaged line if you know what it has said.',
        { details: { path: file, position: start } },
      );
    }
    const [, oid, ref] = line;
    if (oid !== undefined && ref !== undefined) oids.set(ref, oid);
  }
  return oids;
}

/**
 * The content of the file `packed-refs` without a reference, and without the line below that says what a tag is of;
 * undefined when it is not in it. Names of others may be in any encoding.
 */
export function withoutReference(content: Buffer, ref: string): Buffer | undefined {
  const name = Buffer.from(` ${ref}\n`);
  for (let at = content.indexOf(name); at >= 0; at = content.indexOf(name, at + 1)) {
    const start = content.lastIndexOf(NEWLINE, at) + 1;
    if (at - start !== 40) continue;
    let end = at + name.length;
    if (content[end] === CARET) end = content.indexOf(NEWLINE, end) + 1 || content.length;
    return Buffer.concat([content.subarray(0, start), content.subarray(end)]);
  }
  return undefined;
}
