import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Shards } from './layout';

/** The project's folder: this file runs from build/bench/harness/. */
const PROJECT = path.resolve(__dirname, '../../..');

/** What a contestant is asked to do, in a process of its own. It measures itself, without its start. */
export interface Job {
  readonly operation:
    | 'populate'
    | 'save'
    | 'save-batch'
    | 'bulk'
    | 'bulk-streamed'
    | 'commit'
    | 'get'
    | 'all'
    | 'diff'
    | 'merge'
    | 'history'
    | 'load-save';
  /** The folder of the store. What fills one makes it. */
  readonly folder: string;
  /** How the records are spread over folders. */
  readonly shards: Shards;
  /** The file with the records: on each line `{"id", "fields", "bytes"}`, the last being what is stored. */
  readonly records: string;
  /** For `bulk` by stock git: the file with the stream for `git fast-import`. */
  readonly stream: string;
  /** How many of the records, from the first, the store has. */
  readonly size: number;
  /** How many operations to measure: commits, ids to get, pairs of branches, or histories. */
  readonly count: number;
  /** The position of the first record to commit, or of the first pair of branches. */
  readonly first: number;
  /**
   * How many operations come before the measured ones and do not count, so that a process that lives for long
   * is measured and not one that has just started: commits, or saves to another store.
   */
  readonly warmUp: number;
  /** How many commits are under way at a time. */
  readonly inFlight: number;
  /** Whether a commit is on disk when it is acknowledged. */
  readonly durability: 'git' | 'fsync';
  /** Who does it, in a program for several. */
  readonly contestant?: string;
}

/** What a contestant answers. */
export interface Answer {
  /** What each measured operation took, in seconds; of `get`, the first time and three times again. */
  readonly seconds: readonly number[];
  /** The oid of the tree that was written, where one was. */
  readonly tree?: string;
  /** The most memory that the process had, in megabytes. */
  readonly megabytes?: number;
}

/** Somebody whose work is measured. */
export interface Contestant {
  readonly name: string;
  /** Why it cannot take part; undefined when it can. */
  readonly absent: string | undefined;
  /** Whether it reads the records from a file; gitmodel makes them itself. */
  readonly needsRecords: boolean;
  /** Whether its stores have a form of their own, so that only it can fill them. */
  readonly fillsItself: boolean;
  run(job: Job): Promise<Answer>;
}

const HINT = 'run "npm run bench:peers"';

/** This library. */
export function gitmodel(): Contestant {
  const script = path.join(__dirname, '../contestants/gitmodel.js');
  return { ...program('gitmodel', process.execPath, script), needsRecords: false };
}

/** Stock git, from a program in Node that does nothing but start it and take what it prints. */
export function stockGit(name: string): Contestant {
  const script = path.join(__dirname, '../contestants/stock-git.js');
  return { ...program(name, process.execPath, script), needsRecords: false };
}

/** A script written by hand on pygit2: the same blobs, trees and commits, nothing more. */
export function pygit2(): Contestant {
  const script = path.join(PROJECT, 'bench/contestants/pygit2_script.py');
  const python = ['python3', '/usr/bin/python3'].find(
    (command) => spawnSync(command, ['-c', 'import pygit2'], { stdio: 'ignore' }).status === 0,
  );
  return python === undefined
    ? missing('pygit2', `no python3 here has pygit2; ${HINT}`)
    : program('pygit2', python, script);
}

/** This library's models alone, without a store. */
export function modelCodec(): Contestant {
  return codec('gitmodel');
}

/** What one would write by hand in the place of models: JSON's functions, and a schema of zod. */
export function handWrittenCodec(): Contestant {
  return codec('zod');
}

function codec(contestant: string): Contestant {
  const script = path.join(PROJECT, 'bench/contestants/codec.mjs');
  const both = program(contestant, process.execPath, script);
  return { ...both, run: (job) => both.run({ ...job, contestant }) };
}

/** The package of this name. */
export function gitDocumentDb(): Contestant {
  const name = 'git-documentdb';
  if (!existsSync(path.join(PROJECT, 'bench/node_modules', name))) {
    return missing(name, `it is not installed; ${HINT}`);
  }
  const script = path.join(PROJECT, 'bench/contestants/git-documentdb.mjs');
  return { ...program(name, process.execPath, script), fillsItself: true };
}

function missing(name: string, reason: string): Contestant {
  const run = (): Promise<never> => Promise.reject(new Error(`${name} cannot run: ${reason}`));
  return { name, absent: reason, needsRecords: false, fillsItself: false, run };
}

function program(name: string, command: string, script: string): Contestant {
  const run = (job: Job): Promise<Answer> => ask(name, command, script, job);
  return { name, absent: undefined, needsRecords: true, fillsItself: false, run };
}

async function ask(name: string, command: string, script: string, job: Job): Promise<Answer> {
  const child = spawn(command, [script, JSON.stringify(job)], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  const status = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject).on('close', resolve);
  });
  if (status !== 0)
    throw new Error(`${name} failed at "${job.operation}" with the status ${String(status)}.`);
  return JSON.parse(output) as Answer;
}
