import { readFileSync } from 'node:fs';
import path from 'node:path';

/** What comes before the name in a reference's line, with the end of the line above. */
const VALUE = /^\n[0-9a-f]{40}$/;

/**
 * The file `packed-refs`, in which references are that have no file of their own, as it is at one moment. It is never
 * changed but replaced as a whole, so that it can be read without a lock.
 *
 * Format: https://git-scm.com/docs/gitrepository-layout#Documentation/gitrepository-layout.txt-packed-refs, and
 * `refs/packed-backend.c` in Git's sources: lines of an oid, a blank and a name.
 */
export class PackedRefs {
  private constructor(private readonly text: string) {}

  /** Reads the file; it need not exist. */
  static read(commonFolder: string): PackedRefs {
    try {
      return new PackedRefs(`\n${readFileSync(path.join(commonFolder, 'packed-refs'), 'utf8')}`);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return new PackedRefs('');
      throw error;
    }
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

  /** The oid before the first name that begins, or is, like this. */
  private find(name: string): string | null {
    for (let at = this.text.indexOf(name); at >= 0; at = this.text.indexOf(name, at + 1)) {
      const value = this.text.slice(Math.max(0, at - 41), at);
      if (VALUE.test(value)) return value.slice(1);
    }
    return null;
  }
}
