import { inflateSync } from 'node:zlib';
import type { Awaitable } from '../../object/awaitable';
import { readFrame } from '../../object/pack/object-frame';
import type { FramedObject } from '../../object/pack/object-frame';
import { decodeEntryHeader } from '../../object/pack/pack-entry-codec';
import { Turn } from '../turn';
import type { PackFiles } from './pack-files';
import { UnfinishedPack } from './unfinished-pack';

/** What puts objects into a pack: here, or in another thread. It does one thing after another, as it was asked. */
export interface PackSink {
  /**
   * Adds the objects of a frame, which must not be used any more.
   *
   * @returns a promise that is there as soon as the next frame may come.
   */
  write(frame: Buffer): Promise<void>;
  /** An object that was written, also when both files are complete. */
  read(number: number): Promise<FramedObject>;
  /** See {@link UnfinishedPack.finish}. */
  finish(oids: readonly Buffer[]): Promise<string>;
  /** Lets go of the files, in whatever state they are. */
  close(): Promise<void>;
}

/** Compresses objects into a pack. */
export class PackOutput implements PackSink {
  private readonly turn = new Turn();
  /** Settles when all that was asked for is done; never rejects. */
  private last: Promise<unknown> = Promise.resolve();

  private constructor(private readonly pack: UnfinishedPack) {}

  /** Makes the files; their folder has to be there. */
  static create(files: PackFiles): PackOutput {
    return new PackOutput(UnfinishedPack.create(files));
  }

  async write(frame: Buffer): Promise<void> {
    return this.inTurn(() => this.writeFrame(frame));
  }

  async read(number: number): Promise<FramedObject> {
    return this.inTurn(() => this.readObject(number));
  }

  async finish(oids: readonly Buffer[]): Promise<string> {
    return this.inTurn(() => this.pack.finish(oids));
  }

  async close(): Promise<void> {
    return this.inTurn(() => {
      this.pack.close();
    });
  }

  private async inTurn<T>(step: () => Awaitable<T>): Promise<T> {
    const result = this.last.then(step);
    this.last = result.catch(() => undefined);
    return result;
  }

  private async writeFrame(frame: Buffer): Promise<void> {
    for (const { type, content } of readFrame(frame)) {
      const written = this.pack.addObject(type, content);
      if (written) await written;
      if (this.turn.isOver()) await this.turn.next();
    }
  }

  private async readObject(number: number): Promise<FramedObject> {
    const entry = await this.pack.read(number);
    const { kind, length } = decodeEntryHeader(entry);
    if (kind === 'delta') throw new Error('the pack has a delta that was not written');
    return { type: kind, content: inflateSync(entry.subarray(length)) };
  }
}
