import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from './project.mjs';

const ON_TERMINAL = process.stderr.isTTY;
const CLEAR_LINE = '\r\x1b[K';
const LINES_SHOWN = 25;

/** A failure whose message tells the reader what to do; anything else that is thrown is a bug in the set-up. */
export class SetupError extends Error {}

export function say(text) {
  process.stderr.write(`${text}\n`);
}

export function elapsedSince(started) {
  const seconds = Math.round((Date.now() - started) / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

let progressTimer;

/**
 * Runs `work` and says how long it took. Meanwhile it shows how long that has been, and what `progress` has to
 * say: on a terminal in a line that is written over, elsewhere in plain lines that are rare enough for a log.
 */
export async function step(title, work, progress = () => 'still at it') {
  const started = Date.now();
  const showProgress = () => {
    const line = `  ${progress()}, ${elapsedSince(started)}`;
    process.stderr.write(ON_TERMINAL ? `${CLEAR_LINE}${line}` : `${line}\n`);
  };
  say(`${title} ...`);
  progressTimer = setInterval(showProgress, ON_TERMINAL ? 2_000 : 20_000);
  try {
    return await work();
  } finally {
    endProgress();
    say(`  took ${elapsedSince(started)}`);
  }
}

export function endProgress() {
  clearInterval(progressTimer);
  if (ON_TERMINAL) process.stderr.write(CLEAR_LINE);
}

/** The part of a log that tells most, and where the rest is: from the line that matches `cause` on, or the end. */
export function excerpt(log, cause) {
  const lines = readFileSync(log, 'utf8').trimEnd().split('\n');
  const first = cause === undefined ? -1 : lines.findIndex((line) => cause.test(line));
  const shown = first === -1 ? lines.slice(-LINES_SHOWN) : lines.slice(first, first + LINES_SHOWN);
  return `${shown.map((line) => `  | ${line}`).join('\n')}\nThe whole log is in ${path.relative(ROOT, log)}.`;
}
