import { spawnSync } from 'node:child_process';

/** How a child process ended. */
export interface ChildResult {
  /** Its exit status; null when a signal ended it. */
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What {@link runChild} may be told. */
export interface ChildOptions {
  /** What the program finds in `process.argv`, from the second place on. */
  readonly args?: readonly string[];
  /** Flags for node itself. */
  readonly nodeFlags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** After how many milliseconds it is killed. */
  readonly timeout?: number;
}

/**
 * Runs a CommonJS program in a process of its own: for what may end the process, hang it, or depends on how it
 * was started. The program finds the binding in the variable `nodegit`, and may use `await`.
 */
export function runChild(program: string, options: ChildOptions = {}): ChildResult {
  const { args = [], nodeFlags = [], env = {}, timeout = 20_000 } = options;
  const source = `
    const nodegit = require(${JSON.stringify(require.resolve('nodegit'))});
    (async () => {${program}})().then(() => process.exit(0), (error) => {
      console.error(error);
      process.exit(1);
    });`;
  // A crash that is expected need not leave a core file behind.
  const command = [
    '-c',
    'ulimit -c 0; exec "$0" "$@"',
    process.execPath,
    ...nodeFlags,
    '-e',
    source,
    ...args,
  ];
  const { status, signal, stdout, stderr } = spawnSync('sh', command, {
    env: { ...process.env, ...env },
    encoding: 'utf8',
    timeout,
    killSignal: 'SIGKILL',
  });
  return { status, signal, stdout, stderr };
}
