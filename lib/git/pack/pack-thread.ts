import { existsSync } from 'node:fs';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { FramedObject } from '../../object/pack/object-frame';
import type { PackFiles } from './pack-files';
import type { PackAnswer, PackOrder, PackThreadData } from './pack-messages';
import type { PackSink } from './pack-output';

/** How many frames may be on their way to the thread: enough that it never has to wait. */
const FRAMES_IN_FLIGHT = 8;

/** The program of the thread. Where the library is bundled, or run from its sources, there is none. */
const PROGRAM = path.join(__dirname, 'pack-worker.js');

interface Waiting {
  resolve(answer: PackAnswer): void;
  reject(error: unknown): void;
}

/** Puts objects into a pack in a thread of its own, for compressing takes more time than all else. */
export class PackThread implements PackSink {
  private readonly waiting: Waiting[] = [];
  private readonly writing: Promise<unknown>[] = [];
  private failure: { readonly error: Error } | undefined;

  private constructor(private readonly worker: Worker) {
    worker.on('message', (answer: PackAnswer) => {
      const asker = this.waiting.shift();
      if (answer.result === 'failed')
        asker?.reject(Object.assign(new Error(answer.error.message), { code: answer.error.code }));
      else asker?.resolve(answer);
    });
    worker.on('error', (error) => {
      this.fail(error);
    });
    worker.on('exit', () => {
      this.fail(new Error('the thread that writes the pack has ended too early'));
    });
  }

  /**
   * Starts a thread that makes the files.
   *
   * @returns undefined where none can be started; what it would have done has to be done here then.
   */
  static async start(files: PackFiles): Promise<PackThread | undefined> {
    if (!existsSync(PROGRAM)) return undefined;
    try {
      const workerData: PackThreadData = { files };
      // Loaders and hooks of the main thread are of no use to a program that is compiled.
      const thread = new PackThread(
        new Worker(PROGRAM, { workerData, execArgv: [], resourceLimits: { maxYoungGenerationSizeMb: 8 } }),
      );
      await thread.answer();
      return thread;
    } catch {
      // No memory, no permission, or files that cannot be made: whatever it is comes out when it is done here.
      return undefined;
    }
  }

  async write(frame: Buffer): Promise<void> {
    const writing = this.ask({ do: 'write', frame }, [frame.buffer as ArrayBuffer]);
    // Whoever waits for it gets the error; that may be later.
    writing.catch(() => undefined);
    this.writing.push(writing);
    if (this.writing.length > FRAMES_IN_FLIGHT) await this.writing.shift();
  }

  async read(number: number): Promise<FramedObject> {
    const answer = await this.ask({ do: 'read', number });
    if (answer.result !== 'object') throw unexpected(answer);
    return { type: answer.type, content: Buffer.from(answer.content) };
  }

  async finish(oids: readonly Buffer[]): Promise<string> {
    await Promise.all(this.writing);
    // A copy goes over: objects are still looked up by them here.
    const answer = await this.ask({ do: 'finish', oids });
    if (answer.result !== 'finished') throw unexpected(answer);
    return answer.checksum;
  }

  async close(): Promise<void> {
    // What comes first on its way is of no interest any more, nor why the thread may have ended.
    await this.ask({ do: 'close' }).catch(() => undefined);
    await this.worker.terminate();
  }

  private ask(order: PackOrder, transfer: ArrayBuffer[] = []): Promise<PackAnswer> {
    const answer = this.answer();
    this.worker.postMessage(order, transfer);
    return answer;
  }

  private answer(): Promise<PackAnswer> {
    if (this.failure) return Promise.reject(this.failure.error);
    return new Promise((resolve, reject) => this.waiting.push({ resolve, reject }));
  }

  private fail(error: Error): void {
    this.failure ??= { error };
    for (const asker of this.waiting.splice(0)) asker.reject(this.failure.error);
  }
}

function unexpected({ result }: PackAnswer): Error {
  return new Error(`the thread that writes the pack has answered "${result}"`);
}
