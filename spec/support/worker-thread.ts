import { existsSync } from 'node:fs';
import { once } from 'node:events';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { projectWithLibrary } from './compiled';

/** Specs of what is known of threads from outside: only Linux tells of those of a process. */
export const withThreads = existsSync('/proc/thread-self') ? it : it.skip;

/** A worker thread of this process that has sent its first message. */
export interface StartedWorker {
  readonly message: unknown;
  /** Ends it, wherever it is. */
  terminate(): Promise<void>;
}

/**
 * Starts a worker thread with the compiled library, which goes on until it is terminated.
 *
 * @param code JavaScript that has `library`, the library's folder, `parentPort`, to send a message by, and `data`.
 */
export async function startWorker(code: string, data: unknown = null): Promise<StartedWorker> {
  const library = path.join(projectWithLibrary(), 'node_modules/gitmodel');
  const program = `
    const { parentPort, workerData: { library, data } } = require('node:worker_threads');
    ${code}
    setInterval(() => undefined, 1000);`;
  const worker = new Worker(program, { eval: true, workerData: { library, data } });
  const [message] = (await once(worker, 'message')) as [unknown];
  const terminate = async (): Promise<void> => {
    await worker.terminate();
  };
  return { message, terminate };
}
