import { AsyncLocalStorage } from 'node:async_hooks';

/** Something that code runs within, and all that this code calls and begins. */
export interface Frame {
  /** Whose it is: frames of different owners have nothing to do with each other. */
  readonly owner: object;
  /** Whether it is not over: what was begun in it and goes on later is in the frame around it. */
  open: boolean;
  /** The frame around it, of whichever owner. */
  outer: Frame | undefined;
}

const frames = new AsyncLocalStorage<Frame>();

/** How many frames have been entered and not left. */
let entered = 0;

/** The innermost open frame of an owner that the caller is within. */
export function frameOf(owner: object): Frame | undefined {
  let frame = frames.getStore();
  while (frame && !(frame.open && frame.owner === owner)) frame = frame.outer;
  return frame;
}

/** A frame to {@link runWithin}. */
export function frameFor(owner: object): Frame {
  return { owner, open: true, outer: firstOpen(frames.getStore()) };
}

/**
 * Runs code within a frame. It is up to the caller to end the frame, when that is to be.
 *
 * While nobody is within any, Node is told so: from then on a promise costs what it did before, 0.1 µs less.
 */
export async function runWithin<T>(frame: Frame, code: () => T | Promise<T>): Promise<T> {
  entered++;
  try {
    return await frames.run(frame, code);
  } finally {
    if (--entered === 0) frames.disable();
  }
}

/** Without those that are over, or what begins again and again from itself would hold on to all that was before. */
function firstOpen(frame: Frame | undefined): Frame | undefined {
  let found = frame;
  while (found && !found.open) found = found.outer;
  if (found) found.outer = firstOpen(found.outer);
  return found;
}
