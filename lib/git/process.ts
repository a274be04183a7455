import { existsSync, readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { isMainThread } from 'node:worker_threads';
import { sha1 } from '../object/sha1';

/** Whether there is a process of this number on this machine, whoever it belongs to. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Not permitted: so there is one.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** A process, told from all others: also from one that has its number later. */
export interface ProcessIdentity {
  /** The name of the machine, for people. */
  readonly host: string;
  /** A hash that processes have in common which see each other: those of one machine, or of one container. */
  readonly machine: string;
  readonly pid: number;
  /** A hash of when it was started, and the machine before it; null where the system does not tell. */
  readonly start: string | null;
}

/** A thread that runs JavaScript: a worker thread can be terminated while its process goes on. */
export interface ThreadIdentity extends ProcessIdentity {
  /** The system's number of a worker thread; null for the main thread, and where the system does not tell. */
  readonly thread: number | null;
  /** Of a worker thread that has a number, when that was started, not its process. */
  readonly start: string | null;
}

let own: ProcessIdentity | undefined;
let ownThread: ThreadIdentity | undefined;

/** This process. */
export function thisProcess(): ProcessIdentity {
  own ??= {
    host: hostname(),
    machine: machineHash(),
    pid: process.pid,
    start: readState(folderOf(process.pid))?.start ?? null,
  };
  return own;
}

/** This thread. Each worker thread has its own instance of this module, and so its own answer. */
export function thisThread(): ThreadIdentity {
  ownThread ??= { ...thisProcess(), thread: null, ...(isMainThread ? undefined : findWorkerThread()) };
  return ownThread;
}

/**
 * Undefined where the system does not tell.
 *
 * Source: `man 5 proc`, of `/proc/thread-self`
 */
function findWorkerThread(): Pick<ThreadIdentity, 'thread' | 'start'> | undefined {
  const link = tryTo(() => readlinkSync('/proc/thread-self'));
  const [, pid, digits] = /^(\d+)\/task\/(\d+)$/.exec(link ?? '') ?? [];
  // Other numbers than those that processes see of each other are of no use to them.
  if (Number(pid) !== process.pid) return undefined;
  const thread = Number(digits);
  const start = readState(folderOf(process.pid, thread))?.start;
  return start === undefined ? undefined : { thread, start };
}

/**
 * Whether a process, or one of its threads, is known to have ended. Of one of another machine nothing is known. Where the
 * system does not tell when processes were started, one that has the number of the ended one is taken for it.
 */
export function hasEnded({
  machine,
  pid,
  start,
  thread = null,
}: ProcessIdentity & Partial<ThreadIdentity>): boolean {
  if (machine !== thisProcess().machine) return false;
  if (!isRunning(pid)) return true;
  // Of processes of others the system may hide the threads.
  if (thread !== null && existsSync(`${folderOf(pid)}/task`) && !existsSync(folderOf(pid, thread)))
    return true;
  const found = readState(folderOf(pid, thread));
  return found !== undefined && (found.isOver || (start !== null && found.start !== start));
}

/**
 * Containers share the machine but not the numbers of processes; their namespace tells them apart. What identifies a
 * machine is not for everybody to read, so it is hashed.
 */
function machineHash(): string {
  const namespace = tryTo(() => readlinkSync('/proc/self/ns/pid'));
  const id = tryTo(() => readFileSync('/etc/machine-id', 'utf8').trim());
  return shortHash(['machine', hostname(), id ?? '', namespace ?? '']);
}

/** Where the system tells of a process, or of one of its threads. */
function folderOf(pid: number, thread: number | null = null): string {
  return thread === null ? `/proc/${pid}` : `/proc/${pid}/task/${thread}`;
}

/** What the system tells of a process, or a thread, that it has. */
interface ProcessState {
  /** Whether it has ended, and just waits for somebody to take note of that. */
  readonly isOver: boolean;
  readonly start: string;
}

/**
 * When a process, or a thread, was started is the number of the clock tick since the machine was, and which start of the
 * machine. Undefined where it cannot be read, which does not mean that there is no such process.
 *
 * Source: `man 5 proc`, of `/proc/pid/stat` and `/proc/pid/task/tid/stat` (the state is the third field, the start the 22nd; the name before them
 * is in parentheses and may have any character) and of `/proc/sys/kernel/random/boot_id`.
 */
function readState(folder: string): ProcessState | undefined {
  const boot = tryTo(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim());
  const stat = tryTo(() => readFileSync(`${folder}/stat`, 'latin1'));
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, ticks] = [fields?.[0], fields?.[19]];
  if (boot === undefined || ticks === undefined) return undefined;
  return { isOver: state === 'Z' || state === 'X', start: shortHash(['start', boot, ticks]) };
}

function shortHash(parts: readonly string[]): string {
  return sha1(`gitmodel\n${parts.join('\n')}`).slice(0, 16);
}

function tryTo<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
