import { mkdirSync, readdirSync, rmdirSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ROOT } from './project.mjs';
import { say } from './report.mjs';

/** A set-up names itself in the lock right after making it; one that has not by then was killed in between. */
const NAMED_WITHIN_MS = 10_000;

/**
 * Runs `work` while no other process runs it under the same lock. The lock is a directory, because making one
 * either succeeds or finds it there, and it holds one empty file named after the process id of its owner:
 * whoever takes away the lock of a dead process removes *that* file first, and so never a newer owner's lock.
 */
export async function withLock(directory, work) {
  mkdirSync(path.dirname(directory), { recursive: true });
  let waiting = false;
  while (!acquire(directory)) {
    const owner = ownerOf(directory);
    if (isStale(directory, owner)) {
      release(directory, owner);
    } else {
      if (!waiting) {
        say(
          `Waiting for another set-up of this clone (process ${owner ?? 'unknown'}) to finish. ` +
            `If there is none, remove ${path.relative(ROOT, directory)}.`,
        );
        waiting = true;
      }
      await sleep(200);
    }
  }
  const releaseOwn = () => release(directory, process.pid);
  process.once('exit', releaseOwn);
  try {
    await work();
  } finally {
    process.off('exit', releaseOwn);
    releaseOwn();
  }
}

function acquire(directory) {
  try {
    mkdirSync(directory);
    writeFileSync(path.join(directory, String(process.pid)), '');
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    return false;
  }
}

function ownerOf(directory) {
  const [name] = ignoringAbsence(() => readdirSync(directory)) ?? [];
  return name === undefined ? undefined : Number(name);
}

function isStale(directory, owner) {
  if (owner === undefined) {
    const made = ignoringAbsence(() => statSync(directory).mtimeMs);
    return made !== undefined && Date.now() - made > NAMED_WITHIN_MS;
  }
  // This process has not got the lock, so its id in there is that of a namesake from before, which is common
  // where a clone outlives the container it is used in.
  if (owner === process.pid) return true;
  try {
    process.kill(owner, 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}

function release(directory, owner) {
  ignoringAbsence(() => {
    if (owner !== undefined) unlinkSync(path.join(directory, String(owner)));
    rmdirSync(directory);
  });
}

/** Several set-ups look at one lock, so what one of them is about to read or remove another has just removed. */
function ignoringAbsence(action) {
  try {
    return action();
  } catch (error) {
    if (!['ENOENT', 'ENOTEMPTY'].includes(error.code)) throw error;
    return undefined;
  }
}
