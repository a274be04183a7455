import { close } from 'node:fs';

/** How many files are held open at most, and for how long, in milliseconds. */
const MOST_HELD = 32;
const HELD_MS = 20;

const held: number[] = [];
let timer: NodeJS.Timeout | undefined;

/**
 * Closes a file that was only read, soon and in another thread: to close the last one who has a deleted file open means
 * to give its place on the disk free, which takes longer than to delete it. Several are closed at a time, since to wake the other
 * thread takes as long as half of that.
 */
export function closeLater(descriptor: number): void {
  held.push(descriptor);
  if (held.length >= MOST_HELD) closeHeld();
  else timer ??= setTimeout(closeHeld, HELD_MS).unref();
}

function closeHeld(): void {
  clearTimeout(timer);
  timer = undefined;
  // It was only read, so there is nothing that could still fail.
  for (const descriptor of held.splice(0)) close(descriptor, () => undefined);
}
