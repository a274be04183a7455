import type { ObjectType } from '../oid';

/** The types by their numbers in a frame. */
const TYPES: readonly ObjectType[] = ['commit', 'tree', 'blob', 'tag'];
const TYPE_NUMBERS = { commit: 0, tree: 1, blob: 2, tag: 3 } as const satisfies Record<ObjectType, number>;

/** What stands before the content of each object: the number of its type, and its size in four bytes. */
const HEADER_BYTES = 5;

/** How much a frame holds, unless a single object needs more. */
const FRAME_BYTES = 256 * 1024;

/** One object of a frame. */
export interface FramedObject {
  readonly type: ObjectType;
  /** A part of the frame. */
  readonly content: Buffer;
}

/**
 * Objects one after another in one piece of memory, which can be handed to another thread as a whole: it costs that
 * nothing, where a message with an object costs more than compressing it.
 */
export class ObjectFrame {
  private used = 0;
  /** Where each object begins: to look for one of a few thousand from the start would cost more than all else of a read. */
  private readonly starts: number[] = [];

  private constructor(private readonly memory: Buffer) {}

  /** A frame with room for an object of this size, and more, if it is not large. */
  static for(size: number): ObjectFrame {
    // One that shares its memory with nothing else.
    return new ObjectFrame(Buffer.allocUnsafeSlow(Math.max(FRAME_BYTES, size + HEADER_BYTES)));
  }

  /** What {@link readFrame} reads. */
  get bytes(): Buffer {
    return this.memory.subarray(0, this.used);
  }

  /** Adds a copy of an object; false when there is no room for it. */
  append(type: ObjectType, content: Buffer): boolean {
    const { memory, used } = this;
    const end = used + HEADER_BYTES + content.length;
    if (end > memory.length) return false;
    this.starts.push(used);
    memory[used] = TYPE_NUMBERS[type];
    memory.writeUInt32LE(content.length, used + 1);
    content.copy(memory, used + HEADER_BYTES);
    this.used = end;
    return true;
  }

  /** The object at a position. */
  at(position: number): FramedObject | undefined {
    const start = this.starts[position];
    return start === undefined ? undefined : objectAt(this.memory, start);
  }
}

/** The objects of a frame, in their order. */
export function* readFrame(bytes: Buffer): Generator<FramedObject, void> {
  for (let at = 0; at < bytes.length;) {
    const object = objectAt(bytes, at);
    yield object;
    at += HEADER_BYTES + object.content.length;
  }
}

function objectAt(bytes: Buffer, at: number): FramedObject {
  const start = at + HEADER_BYTES;
  const content = bytes.subarray(start, start + bytes.readUInt32LE(at + 1));
  return { type: TYPES[bytes[at] as number] as ObjectType, content };
}
