import { readFileSync } from 'node:fs';
import path from 'node:path';
import { GitError } from '../errors';

/** What comes before the name in a reference's line, with the end of the line above. */
const VALUE = /^\n[0-9a-f]{40}$/;

/** A reference's line. */
const LINE = /^([0-9a-f]{40}) (\S+)$/;

/** Any line that there may be: a comment, a reference, or what the tag in the line above leads to. */
const ANY_LINE = /(?:#.*|[0-9a-f]{40} \S+|\^[0-9a-f]{40})\n/y;

const [NEWLINE, CARET] = [0x0a, 0x5e];

/**
 * The file `packed-refs`, in which references are that have no file of their own, as it is at one moment. It is never
 * changed but replaced as a whole, so that it can be read without a lock.
 *
 * Format: https://git-scm.com/docs/gitrepository-layout#Documentation/gitrepository-layout.txt-packed-refs, and
 * `refs/packed-backend.c` in Git's sources: lines of an oid, a blank and a name.
 */
export class PackedRefs {
  private constructor(private readonly text: string) {}

  /**
   * Reads the file; it need not exist.
   *
   * @throws GitError when it is damaged: what is not found in it might be taken for what is not there.
   */
  static read(commonFolder: string): PackedRefs {
    const file = path.join(commonFolder, 'packed-refs');
    let text: string;
    try {
      text = readFileSync(file, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return new PackedRefs('');
      throw error;
    }
    check(file, text);
    return new PackedRefs(`\n${text}`);
  }

  /** The oid that a reference has here; null when it is not here. */
  valueOf(ref: string): string | null {
    return this.find(` ${ref}\n`);
  }

  /** Whether a reference is here whose name is a folder of this one, or the other way round. */
  collidesWith(ref: string): boolean {
    if (this.find(` ${ref}/`) !== null) return true;
    for (let end = ref.lastIndexOf('/'); end > 0; end = ref.lastIndexOf('/', end - 1)) {
      if (this.valueOf(ref.slice(0, end)) !== null) return true;
    }
    return false;
  }

  /** The oids of all references whose names begin like this, by name. */
  *under(prefix: string): Generator<readonly [ref: string, oid: string], void> {
    for (const line of this.text.split('\n')) {
      const [, oid, ref] = LINE.exec(line) ?? [];
      if (oid !== undefined && ref?.startsWith(prefix)) yield [ref, oid];
    }
  }

  /** The oid before the first name that begins, or is, like this. */
  private find(name: string): string | null {
    for (let at = this.text.indexOf(name); at >= 0; at = this.text.indexOf(name, at + 1)) {
      const value = this.text.slice(Math.max(0, at - 41), at);
      if (VALUE.test(value)) return value.slice(1);
    }
    return null;
  }
}

function check(file: string, text: string): void {
  ANY_LINE.lastIndex = 0;
  for (let start = 0; start < text.length; start = ANY_LINE.lastIndex) {
    if (ANY_LINE.test(text)) continue;
    throw new GitError(
      `The file "${file}" is damaged at position ${start}, so that the references in it are not known. Restore it, or remove ` +
        'the damaged line if you know what it has said.',
      { details: { path: file, position: start } },
    );
  }
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
