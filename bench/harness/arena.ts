import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Answer, Contestant, Job } from './contestant';
import { writeRecordsFile } from './records-file';
import { median } from './statistics';

/** What takes longer than this is measured once: it repeats what it does often enough by itself. */
const LONG_RUN_SECONDS = 15;

/** What a measurement says about its job; the arena adds where everything is. */
export type Task = Pick<Job, 'operation' | 'size'> & Partial<Pick<Job, 'count' | 'warmUp'>>;

/**
 * Where contestants are measured: a temporary folder with the records and everybody's stores, which all stay
 * until the end, because deleting thousands of files slows down those who write the next ones.
 */
export class Arena implements AsyncDisposable {
  private readonly recordFiles = new Map<number, Promise<string>>();
  private readonly stores = new Map<string, Promise<string>>();
  private folders = 0;

  private constructor(
    private readonly root: string,
    /** How often a measurement is repeated. */
    readonly runs: number,
    private readonly progress: (text: string) => void,
  ) {}

  static async open(runs: number, progress: (text: string) => void): Promise<Arena> {
    return new Arena(await mkdtemp(path.join(tmpdir(), 'gitmodel-bench-')), runs, progress);
  }

  /** Measures several contestants in turn, run by run, so that a noisy moment hits all; an answer list each. */
  async measureSaves(
    contestants: readonly Contestant[],
    task: (contestant: Contestant) => Task,
  ): Promise<Map<Contestant, Answer[]>> {
    return this.inTurns(contestants, async (contestant) => {
      const job = task(contestant);
      const folder = this.newFolder();
      const answer = await this.run(contestant, folder, job, job.size);
      return { answer, folder };
    });
  }

  /** Measures reads of stores that are filled before. */
  async measureReads(contestants: readonly Contestant[], task: Task): Promise<Map<Contestant, Answer[]>> {
    return this.inTurns(contestants, async (contestant) => {
      const folder = await this.filledStore(contestant, task.size, 'reading');
      return { answer: await this.run(contestant, folder, task, task.size), folder };
    });
  }

  /** Measures commits to stores that are filled before; every run commits other records. */
  async measureCommits(
    contestants: readonly Contestant[],
    size: number,
    count: (contestant: Contestant) => number,
    warmUp: (contestant: Contestant) => number,
  ): Promise<Map<Contestant, Answer[]>> {
    const most = Math.max(...contestants.map((contestant) => warmUp(contestant) + count(contestant)));
    return this.inTurns(contestants, async (contestant, run) => {
      const folder = await this.filledStore(contestant, size, 'commits');
      const task: Task = {
        operation: 'commit-one',
        size,
        count: count(contestant),
        warmUp: warmUp(contestant),
      };
      const answer = await this.run(contestant, folder, task, size + this.runs * most, size + run * most);
      return { answer, folder };
    });
  }

  /** Measures what needs no store, and leaves none. */
  async measureWithoutStore(
    contestants: readonly Contestant[],
    task: Task,
  ): Promise<Map<Contestant, Answer[]>> {
    return this.inTurns(contestants, async (contestant) => ({
      answer: await this.run(contestant, this.newFolder(), task, task.size),
      folder: undefined,
    }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.root, { recursive: true, force: true });
  }

  private async inTurns(
    contestants: readonly Contestant[],
    measure: (contestant: Contestant, run: number) => Promise<{ answer: Answer; folder: string | undefined }>,
  ): Promise<Map<Contestant, Answer[]>> {
    const answers = new Map<Contestant, Answer[]>();
    const folders = new Map<Contestant, string>();
    for (let run = 0; run < this.runs; run++) {
      for (const contestant of contestants) {
        const earlier = answers.get(contestant) ?? [];
        if (earlier.some(({ seconds }) => sum(seconds) > LONG_RUN_SECONDS)) continue;
        const { answer, folder } = await measure(contestant, run);
        answers.set(contestant, [...earlier, answer]);
        if (folder !== undefined) folders.set(contestant, folder);
      }
    }
    for (const folder of folders.values()) checkRepository(folder);
    return answers;
  }

  private async run(
    contestant: Contestant,
    folder: string,
    { operation, size, count = 0, warmUp = 0 }: Task,
    recordCount: number,
    first = 0,
  ): Promise<Answer> {
    this.progress(`${contestant.name}: ${operation}, ${size} records`);
    const records = await this.records(recordCount);
    // Who syncs a file waits for all that the file system has not written yet, also for what others have left.
    if (process.platform !== 'win32') execFileSync('sync');
    return contestant.run({ operation, folder, records, size, count, first, warmUp });
  }

  private filledStore(contestant: Contestant, size: number, purpose: string): Promise<string> {
    const key = `${contestant.name} ${size} ${purpose}`;
    const known = this.stores.get(key);
    if (known) return known;
    const folder = this.newFolder();
    const store = this.run(contestant, folder, { operation: 'populate', size }, size).then(() => folder);
    this.stores.set(key, store);
    return store;
  }

  private records(count: number): Promise<string> {
    const known = this.recordFiles.get(count) ?? writeRecordsFile(this.root, count);
    this.recordFiles.set(count, known);
    return known;
  }

  private newFolder(): string {
    return path.join(this.root, `store-${this.folders++}`);
  }
}

/** The median of one of the times that each run took, divided among operations. */
export function medianCost(answers: readonly Answer[], operations: number, pass = 0): number {
  return median(answers.map(({ seconds }) => (seconds[pass] ?? NaN) / operations));
}

/** No figure counts that was had at the price of the repository. */
function checkRepository(folder: string): void {
  const gitFolder = existsSync(path.join(folder, '.git')) ? path.join(folder, '.git') : folder;
  execFileSync('git', [`--git-dir=${gitFolder}`, 'fsck', '--strict', '--no-dangling', '--no-progress'], {
    stdio: 'pipe',
  });
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
