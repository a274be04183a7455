/** The program of the thread that compresses and writes a pack; see {@link PackThread}. */
import { parentPort, workerData } from 'node:worker_threads';
import type { PackAnswer, PackOrder, PackThreadData } from './pack-messages';
import { PackOutput } from './pack-output';

async function carryOut(pack: PackOutput, order: PackOrder): Promise<PackAnswer> {
  switch (order.do) {
    case 'write':
      await pack.write(asBuffer(order.frame));
      return { result: 'done' };
    case 'read': {
      const { type, content } = await pack.read(order.number);
      return { result: 'object', type, content };
    }
    case 'finish':
      return { result: 'finished', checksum: await pack.finish(order.oids.map(asBuffer)) };
    case 'close':
      await pack.close();
      return { result: 'done' };
  }
}

/** A buffer comes over as an ordinary array of bytes. */
function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

function main(): void {
  const { files } = workerData as PackThreadData;
  const answer = (message: PackAnswer): void => parentPort?.postMessage(message);
  const pack = PackOutput.create(files);
  parentPort?.on('message', (order: PackOrder) => {
    void carryOut(pack, order)
      .catch((error: unknown): PackAnswer => {
        const { message, code } = error as NodeJS.ErrnoException;
        return { result: 'failed', error: { message, code } };
      })
      .then(answer);
  });
  answer({ result: 'ready' });
}

main();
