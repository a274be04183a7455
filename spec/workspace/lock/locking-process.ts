/**
 * A program of its own: takes a lock of the repository of its first argument, as often as its second says, and counts
 * in the file of the third while it has it. With `hold` it says so and keeps the lock until it is killed.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Workspace } from 'gitmodel';

async function main([path, times, file]: readonly string[]): Promise<void> {
  const ws = await Workspace.open(path as string, { lockWaitInterval: 2 });
  if (times === 'hold') {
    await ws.lock('counter', async () => {
      process.stdout.write('held\n');
      await sleep(600_000);
    });
  }
  for (let round = 0; round < Number(times); round++) {
    await ws.lock('counter', async (lock) => {
      const count = Number(readFileSync(file as string, 'utf8'));
      await sleep(1);
      lock.assertHeld();
      writeFileSync(file as string, String(count + 1));
    });
  }
  await ws.close();
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
