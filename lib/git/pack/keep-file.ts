import { hostname } from 'node:os';
import { isRunning } from '../process';

/*
 * A file `.keep` beside a pack keeps git from cleaning up in it. Ours say whose they are, so that those that a killed
 * process has left behind can be told from those that are needed.
 */

const CONTENT = /^gitmodel, process (\d+) on (.+): until a branch refers to the objects\n$/;

/** What stands in such a file of this process. */
export function keepContent(): string {
  return `gitmodel, process ${process.pid} on ${hostname()}: until a branch refers to the objects\n`;
}

/**
 * Whether such a file is one of ours whose process is gone. A process of another machine may be at work still, and
 * another one may have the number of the one that is gone: then the file stays for a while longer.
 */
export function isAbandonedKeep(content: string): boolean {
  const [, pid, host] = CONTENT.exec(content) ?? [];
  return pid !== undefined && host === hostname() && !isRunning(Number(pid));
}
