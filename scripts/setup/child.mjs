import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ROOT } from './project.mjs';
import { endProgress, say, SetupError } from './report.mjs';

const ON_WINDOWS = process.platform === 'win32';
const EXIT_CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 };
const STOP_WITHIN_MS = 2_000;

const running = new Set();
let interrupted = false;

/**
 * Runs a command, with its output in the file `log`, and gives its exit status. Each command leads a process
 * group of its own, so that everything it started can be stopped with it: npm starts node-gyp, that starts
 * make, and make starts the compilers.
 */
export async function run(command, args, { log, env = process.env }) {
  mkdirSync(path.dirname(log), { recursive: true });
  const output = openSync(log, 'w');
  const child = spawn(command, args, {
    cwd: ROOT,
    env,
    stdio: ['ignore', output, output],
    detached: !ON_WINDOWS,
    shell: needsShell(command),
  });
  closeSync(output);
  running.add(child);
  try {
    const [status] = await once(child, 'close');
    // An interrupted command fails, and its caller would complain of that while the interruption is handled.
    if (interrupted) await new Promise(() => {});
    return status ?? 1;
  } catch (error) {
    throw new SetupError(`${command} cannot be started: ${error.message}`);
  } finally {
    running.delete(child);
  }
}

/** The trimmed output of a short command, or undefined if it fails or does not exist. */
export function output(command, args, input) {
  const { status, stdout } = spawnSync(command, args, {
    encoding: 'utf8',
    shell: needsShell(command),
    input,
  });
  return status === 0 ? stdout.trim() : undefined;
}

export function works(command, args = ['--version'], input) {
  return output(command, args, input) !== undefined;
}

/** On Windows npm is a batch file, which cannot be started by itself. */
function needsShell(command) {
  return ON_WINDOWS && command === 'npm';
}

/** Makes ^C, or being told to stop, end the running command and all it started before the set-up itself. */
export function stopChildrenOnSignals() {
  for (const [signal, exitCode] of Object.entries(EXIT_CODES)) {
    process.on(signal, async () => {
      if (interrupted) return;
      interrupted = true;
      endProgress();
      say('Interrupted: stopping what is running.');
      await Promise.all([...running].map(stop));
      process.exit(exitCode);
    });
  }
}

async function stop(child) {
  const deadline = Date.now() + STOP_WITHIN_MS;
  let signal = 'SIGTERM';
  while (true) {
    const error = signalGroup(child, signal);
    // Killed processes may stay in the table for long, where nothing collects the orphans.
    if (error === 'ESRCH' || (signal === 'SIGKILL' && error === undefined)) return;
    await sleep(50);
    // What runs as another user (apt-get under sudo) cannot be signalled, only waited for.
    signal = Date.now() < deadline ? 0 : 'SIGKILL';
  }
}

/** Gives the code of the error if that is not possible. */
function signalGroup(child, signal) {
  try {
    process.kill(ON_WINDOWS ? child.pid : -child.pid, signal);
    return undefined;
  } catch (error) {
    return error.code;
  }
}
