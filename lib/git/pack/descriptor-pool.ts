import { closeSync, openSync } from 'node:fs';
import { LRUCache } from 'lru-cache';

/** How many files may be open at a time. */
const OPEN_FILES = 64;

/** Keeps files open that are read from again and again, but only so many: those that nobody has read from are closed. */
export class DescriptorPool {
  private readonly descriptors = new LRUCache<string, number>({
    max: OPEN_FILES,
    dispose: (descriptor) => {
      closeSync(descriptor);
    },
  });

  /**
   * The descriptor of a file; valid until the next call.
   *
   * @param check Called when the file was opened; what it throws closes it again.
   * @throws Error when the file cannot be opened.
   */
  open(file: string, check: (descriptor: number) => void): number {
    const known = this.descriptors.get(file);
    if (known !== undefined) return known;
    const descriptor = openSync(file, 'r');
    try {
      check(descriptor);
    } catch (error) {
      closeSync(descriptor);
      throw error;
    }
    this.descriptors.set(file, descriptor);
    return descriptor;
  }

  /** Closes a file, if it is open. */
  close(file: string): void {
    this.descriptors.delete(file);
  }
}
