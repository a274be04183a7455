import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';

const PROJECT = path.resolve(__dirname, '../..');

export interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface LockFile {
  readonly nodegit: string;
  readonly others?: Record<string, string>;
}

/**
 * A copy of the project's scripts in a temporary folder, with a PATH of its own on which every program is a
 * small Node program written by the spec: neither a missing compiler nor a build that fails can be had from
 * the real ones. Each call of such a program is noted in `calls`.
 */
export class FakeClone implements Disposable {
  readonly root = mkdtempSync(path.join(tmpdir(), 'gitmodel-spec-'));
  readonly bin = path.join(this.root, 'bin');

  constructor(engines = '>=20') {
    for (const name of ['scripts', '.ci']) {
      cpSync(path.join(PROJECT, name), path.join(this.root, name), { recursive: true });
    }
    this.write('package.json', JSON.stringify({ name: 'gitmodel', engines: { node: engines } }));
    this.lock({ nodegit: '1.0.0' });
    mkdirSync(this.bin);
  }

  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  file(relative: string): string {
    return path.join(this.root, relative);
  }

  write(relative: string, content: string): void {
    mkdirSync(path.dirname(this.file(relative)), { recursive: true });
    writeFileSync(this.file(relative), content);
  }

  exists(relative: string): boolean {
    return existsSync(this.file(relative));
  }

  remove(...relative: string[]): void {
    for (const name of relative) rmSync(this.file(name), { recursive: true });
  }

  lock({ nodegit, others = {} }: LockFile): void {
    const packages = Object.entries({ nodegit, ...others }).map(([name, version]) => [
      `node_modules/${name}`,
      { version },
    ]);
    this.write('package-lock.json', JSON.stringify({ packages: Object.fromEntries(packages) as unknown }));
  }

  /** Puts a program on the PATH, that of a shell unless it does something: node takes its time. In `body`, `args` are its arguments and `fs` is Node's module. */
  program(name: string, body = ''): void {
    const file = path.join(this.bin, name);
    if (body === '') {
      writeFileSync(file, `#!/bin/sh\nprintf '%s\\n' "${name}\${*:+ $*}" >> '${this.file('calls')}'\n`);
      chmodSync(file, 0o755);
      return;
    }
    const note = `fs.appendFileSync(${JSON.stringify(this.file('calls'))}, [${JSON.stringify(name)}, ...args].join(' ') + '\\n');`;
    writeFileSync(
      file,
      `#!${process.execPath}\nconst fs = require('node:fs');\nconst args = process.argv.slice(2);\n${note}\n${body}\n`,
    );
    chmodSync(file, 0o755);
  }

  /** Puts programs on the PATH that, like `env`, run what follows their options and the variables they set. */
  runsOtherPrograms(...names: string[]): void {
    for (const name of names) {
      this.program(
        name,
        `const [command, ...rest] = args.slice(args.findIndex((arg) => !/^-|=/.test(arg)));
         const { status } = require('node:child_process').spawnSync(command, rest, { stdio: 'inherit' });
         process.exit(status ?? 127);`,
      );
    }
  }

  /** The calls made so far of the programs on the PATH, without those that only ask whether one is there. */
  calls(): string[] {
    if (!this.exists('calls')) return [];
    const lines = readFileSync(this.file('calls'), 'utf8').trimEnd().split('\n');
    return lines.filter((line) => !/ --version$| gssapi --libs$| -E | config get /.test(line));
  }

  start(
    command: string,
    args: string[],
    env: NodeJS.ProcessEnv = {},
    directory = '.',
  ): ChildProcessByStdio<null, Readable, Readable> {
    return spawn(command, args, {
      cwd: this.file(directory),
      env: { PATH: this.bin, HOME: this.root, TMPDIR: this.root, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  startSetup(env?: NodeJS.ProcessEnv): ChildProcessByStdio<null, Readable, Readable> {
    return this.start(process.execPath, ['scripts/setup.mjs'], env);
  }

  setup(env?: NodeJS.ProcessEnv): Promise<Outcome> {
    return outcomeOf(this.startSetup(env));
  }
}

export async function outcomeOf(child: ChildProcessByStdio<null, Readable, Readable>): Promise<Outcome> {
  const [stdout, stderr, [status]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ]);
  return { status, stdout, stderr };
}
