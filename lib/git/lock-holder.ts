import type { ThreadIdentity } from './process';

/**
 * ext4, and others like it, keep so many bytes of a link's target where they keep the rest of the link. For more they take
 * a block of the disk, and to give that free again takes ten times as long as the link itself.
 *
 * Source: `ext4_symlink` in Linux's `fs/ext4/namei.c`
 */
const MAX_TARGET_BYTES = 59;

const HOLDER = /^gitmodel:(\d{1,15})(?:\/(\d{1,15}))?:([\w-]{11}|-):([\w-]{11}):(.*)$/s;

/**
 * The thread that holds a lock as the target of a symbolic link: `gitmodel:<pid>:…`, of a worker thread
 * `gitmodel:<pid>/<thread>:…`. Long names of machines are cut short: they are for people.
 */
export function encodeHolder({ pid, thread, start, machine, host }: ThreadIdentity): string {
  const who = thread === null ? String(pid) : `${pid}/${thread}`;
  const text = `gitmodel:${who}:${start === null ? '-' : shorten(start)}:${shorten(machine)}:${host}`;
  return Buffer.from(text).subarray(0, MAX_TARGET_BYTES).toString();
}

/** Undefined when the text is none of ours. */
export function decodeHolder(text: string): ThreadIdentity | undefined {
  const [, pid, thread, start, machine, host] = HOLDER.exec(text) ?? [];
  if (pid === undefined || start === undefined || machine === undefined || host === undefined)
    return undefined;
  return {
    pid: Number(pid),
    thread: thread === undefined ? null : Number(thread),
    start: start === '-' ? null : lengthen(start),
    machine: lengthen(machine),
    host,
  };
}

/** A hash of sixteen digits as eleven characters. */
function shorten(hash: string): string {
  return Buffer.from(hash, 'hex').toString('base64url');
}

function lengthen(text: string): string {
  return Buffer.from(text, 'base64url').toString('hex');
}
