import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Answer, Command } from './committing-process';
import { projectWithLibrary, transpile } from './compiled';

const PROGRAMS = ['committing-process', 'sample-models'];

const running: ChildProcess[] = [];

afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});

/** Compiles the library and the program into a temporary project. */
export function compileCommitter(): string {
  const project = projectWithLibrary();
  for (const name of PROGRAMS) {
    const source = readFileSync(path.join(__dirname, `${name}.ts`), 'utf8');
    writeFileSync(path.join(project, `${name}.js`), transpile(source));
  }
  return project;
}

/** A process of its own that commits to a repository when it is told to. It is ended after the test. */
export class Committer {
  private constructor(private readonly child: ChildProcess) {}

  /** @param project What {@link compileCommitter} has returned. */
  static async start(project: string, repository: string): Promise<Committer> {
    const child = fork(path.join(project, 'committing-process.js'), [repository], {
      cwd: project,
      execArgv: [],
    });
    running.push(child);
    const committer = new Committer(child);
    await committer.answer();
    return committer;
  }

  /** Tells the process to do something, and waits for what comes of it. */
  async tell(command: Command): Promise<Answer> {
    const answer = this.answer();
    this.child.send(command);
    return answer;
  }

  /** Lets go of the process, and waits until it has ended by itself; returns its status. */
  async leave(): Promise<number | null> {
    const exit = once(this.child, 'exit');
    this.child.disconnect();
    const [status] = (await exit) as [number | null];
    return status;
  }

  private async answer(): Promise<Answer> {
    const ended = new AbortController();
    const exit = once(this.child, 'exit', { signal: ended.signal }).then(([status]) => {
      throw new Error(`The process ended with status ${String(status)}.`);
    });
    try {
      const [answer] = (await Promise.race([once(this.child, 'message'), exit])) as [Answer];
      return answer;
    } finally {
      exit.catch(() => undefined);
      ended.abort();
    }
  }
}
