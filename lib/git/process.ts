import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
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

let own: ProcessIdentity | undefined;

/** This process. */
export function thisProcess(): ProcessIdentity {
  own ??= {
    host: hostname(),
    machine: machineHash(),
    pid: process.pid,
    start: readState(process.pid)?.start ?? null,
  };
  return own;
}

/**
 * Whether a process is known to have ended. Of one of another machine nothing is known. Where the system does not
 * tell when processes were started, one that has the number of the ended one is taken for it.
 */
export function hasEnded({ machine, pid, start }: ProcessIdentity): boolean {
  if (machine !== thisProcess().machine) return false;
  if (!isRunning(pid)) return true;
  const found = readState(pid);
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

/** What the system tells of a process that it has. */
interface ProcessState {
  /** Whether it just waits for its parent to take note of its end. */
  readonly isOver: boolean;
  readonly start: string;
}

/**
 * When a process was started is the number of the clock tick since the machine was, and which start of the machine.
 * Undefined where it cannot be read, which does not mean that there is no such process.
 *
 * Source: `man 5 proc`, of `/proc/pid/stat` (the state is the third field, the start the 22nd; the name before them
 * is in parentheses and may have any character) and of `/proc/sys/kernel/random/boot_id`.
 */
function readState(pid: number): ProcessState | undefined {
  const boot = tryTo(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim());
  const stat = tryTo(() => readFileSync(`/proc/${pid}/stat`, 'latin1'));
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
