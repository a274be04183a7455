import type { FramedObject } from '../../object/pack/object-frame';
import type { PackFiles } from './pack-files';

/*
 * What a thread that writes a pack is told, and answers. Messages are answered in the order in which they come, each
 * once; the first answer says that the thread has started.
 */

/** What the thread is started with. */
export interface PackThreadData {
  readonly files: PackFiles;
}

/** What it is told: the arguments of a `PackSink`'s methods. */
export type PackOrder =
  | { readonly do: 'write'; readonly frame: Uint8Array }
  | { readonly do: 'read'; readonly number: number }
  | { readonly do: 'finish'; readonly oids: readonly Uint8Array[] }
  | { readonly do: 'close' };

/** What it answers. */
export type PackAnswer =
  | { readonly result: 'ready' | 'done' }
  | { readonly result: 'object'; readonly type: FramedObject['type']; readonly content: Uint8Array }
  | { readonly result: 'finished'; readonly checksum: string }
  | { readonly result: 'failed'; readonly error: PlainError };

/** What another thread gets to know of an error: a copy would lack the `code`. */
export interface PlainError {
  readonly message: string;
  readonly code: string | undefined;
}
