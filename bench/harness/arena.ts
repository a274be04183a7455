import { execFileSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { addBranches } from './branches';
import type { Answer, Contestant, Job } from './contestant';
import { addHistory } from './history';
import { checkRepository, fastImport, git, initRepository } from './git';
import type { Shards } from './layout';
import { writeImportStream, writeRecords } from './records';
import { median } from './statistics';

/** What takes longer than this is measured once: it repeats what it does often enough by itself. */
const LONG_RUN_SECONDS = 15;

/** What a measurement says about its job; the arena adds where everything is. */
export type Task = Pick<Job, 'operation' | 'size'> & Partial<Omit<Job, 'operation' | 'size' | 'folder'>>;

/** A series of commits. */
export interface Commits {
  /** How many records the store has before. */
  readonly size: number;
  readonly shards: Shards;
  /** How many commits are measured. */
  readonly count: number;
  /** How many commits come before them. */
  readonly warmUp: number;
  /** How many are under way at a time. Default: 1. */
  readonly inFlight?: number;
  readonly durability?: Job['durability'];
}

/**
 * Where contestants are measured: a temporary folder with the records and everybody's stores, which all stay
 * until the end, because deleting thousands of files slows down those who write the next ones.
 */
export class Arena implements AsyncDisposable {
  /** The files and stores that are made once, by what they are; all are named by numbers in the folder. */
  private readonly made = new Map<string, Promise<string>>();
  private paths = 0;

  private constructor(
    private readonly root: string,
    /** How often a measurement is repeated. */
    readonly runs: number,
    private readonly progress: (text: string) => void,
  ) {}

  static async open(runs: number, progress: (text: string) => void): Promise<Arena> {
    return new Arena(await mkdtemp(path.join(tmpdir(), 'gitmodel-bench-')), runs, progress);
  }

  /** Measures what fills new stores. */
  async measureNewStores(
    contestants: readonly Contestant[],
    task: (contestant: Contestant) => Task,
  ): Promise<Map<Contestant, Answer[]>> {
    return this.inTurns(contestants, async (contestant) => {
      const folder = this.newPath();
      return { answer: await this.run(contestant, folder, task(contestant)), folder };
    });
  }

  /** Measures reads of one repository, which all contestants share. */
  async measureReads(
    contestants: readonly Contestant[],
    folder: string,
    task: Task,
  ): Promise<Map<Contestant, Answer[]>> {
    return this.inTurns(contestants, async (contestant) => ({
      answer: await this.run(contestant, folder, task),
      folder,
    }));
  }

  /** Measures commits to stores that are filled before; every run commits other records. */
  async measureCommits(
    contestants: readonly Contestant[],
    commits: (contestant: Contestant) => Commits,
  ): Promise<Map<Contestant, Answer[]>> {
    const most = Math.max(...contestants.map(commits).map(({ warmUp, count }) => warmUp + count));
    const stores = new Map<Contestant, string>();
    return this.inTurns(contestants, async (contestant, run) => {
      const { size, shards, ...task } = commits(contestant);
      const folder = stores.get(contestant) ?? (await this.ownStore(contestant, size, shards));
      stores.set(contestant, folder);
      const first = size + run * most;
      const recordCount = size + this.runs * most;
      const job: Task = { operation: 'commit', size, shards, first, ...task };
      return { answer: await this.run(contestant, folder, job, recordCount), folder };
    });
  }

  /** Measures what needs no store, and leaves none. */
  async measureWithoutStore(
    contestants: readonly Contestant[],
    task: Task,
  ): Promise<Map<Contestant, Answer[]>> {
    return this.inTurns(contestants, async (contestant) => ({
      answer: await this.run(contestant, this.newPath(), task),
      folder: undefined,
    }));
  }

  /** A file with the stream with which `git fast-import` makes one commit of so many records. */
  importStream(size: number, shards: Shards): Promise<string> {
    return this.once(`stream ${size} ${JSON.stringify(shards)}`, (file) =>
      writeImportStream(file, size, shards),
    );
  }

  /** A repository of so many records, as `git fast-import` leaves it: everything is in a pack. */
  importedStore(size: number, shards: Shards): Promise<string> {
    return this.once(`imported ${size} ${JSON.stringify(shards)}`, async (folder) => {
      const stream = await this.importStream(size, shards);
      this.progress(`git: filling a store with ${size} records`);
      initRepository(folder);
      fastImport(folder, stream);
    });
  }

  /** The same after `git gc`: in one pack, with deltas. */
  packedStore(size: number, shards: Shards): Promise<string> {
    return this.once(`packed ${size} ${JSON.stringify(shards)}`, async (folder) => {
      cpSync(await this.importedStore(size, shards), folder, { recursive: true });
      this.progress(`git: gc of ${size} records`);
      git(folder, 'gc', '--quiet');
    });
  }

  /** A store after `git gc`, with so many pairs of branches for each run. */
  branchedStore(size: number, shards: Shards, pairs: number): Promise<string> {
    return this.once(`branched ${size} ${pairs} ${JSON.stringify(shards)}`, async (folder) => {
      cpSync(await this.packedStore(size, shards), folder, { recursive: true });
      addBranches(folder, size, shards, pairs * this.runs);
    });
  }

  /**
   * A store of so many records, with as many commits, each of which has changed one of them: after `git gc`, with a commit graph that
   * knows the changed paths, as `ws.maintain()` has git write it.
   */
  historicStore(size: number, shards: Shards): Promise<string> {
    return this.once(`historic ${size} ${JSON.stringify(shards)}`, async (folder) => {
      cpSync(await this.importedStore(size, shards), folder, { recursive: true });
      this.progress(`git: ${size} commits, and gc`);
      addHistory(folder, size, shards);
      git(folder, 'gc', '--quiet');
      git(folder, 'commit-graph', 'write', '--reachable', '--changed-paths', '--no-progress');
    });
  }

  /** Measures what is done with pairs of branches of one store; every run has other ones. */
  async measurePairs(
    contestants: readonly Contestant[],
    folder: string,
    task: Task & Pick<Job, 'count' | 'warmUp'>,
  ): Promise<Map<Contestant, Answer[]>> {
    return this.inTurns(contestants, async (contestant, run) => {
      const first = run * (task.count + task.warmUp);
      return { answer: await this.run(contestant, folder, { ...task, first }), folder };
    });
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
    for (const folder of new Set(folders.values())) checkRepository(folder);
    return answers;
  }

  private async run(
    contestant: Contestant,
    folder: string,
    task: Task,
    recordCount = task.size,
  ): Promise<Answer> {
    this.progress(`${contestant.name}: ${task.operation}, ${task.size} records`);
    const records = contestant.needsRecords ? await this.records(recordCount) : '';
    // Who syncs a file waits for all that the file system has not written yet, also for what others have left.
    if (process.platform !== 'win32') execFileSync('sync');
    const defaults = { shards: null, stream: '', count: 0, first: 0, warmUp: 0, inFlight: 1 } as const;
    return contestant.run({ ...defaults, durability: 'git', ...task, folder, records });
  }

  /** A store of so many records for one contestant alone, to commit to. */
  private async ownStore(contestant: Contestant, size: number, shards: Shards): Promise<string> {
    const folder = this.newPath();
    if (contestant.fillsItself) await this.run(contestant, folder, { operation: 'populate', size });
    else cpSync(await this.importedStore(size, shards), folder, { recursive: true });
    return folder;
  }

  private records(count: number): Promise<string> {
    return this.once(`records ${count}`, (file) => writeRecords(file, count));
  }

  private once(what: string, make: (path: string) => Promise<void>): Promise<string> {
    const known = this.made.get(what);
    if (known) return known;
    const made = this.newPath();
    const promise = make(made).then(() => made);
    this.made.set(what, promise);
    return promise;
  }

  private newPath(): string {
    return path.join(this.root, String(this.paths++));
  }
}

/** The median of the times that all runs took, of several those that count, divided among operations. */
export function medianCost(
  answers: readonly Answer[],
  operations: number,
  passes: readonly number[] = [0],
): number {
  return median(answers.flatMap(({ seconds }) => passes.map((pass) => (seconds[pass] ?? NaN) / operations)));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
