import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

/** The project's folder: this file runs from build/bench/harness/. */
const PROJECT = path.resolve(__dirname, '../../..');

/** What a contestant is asked to do, in a process of its own. It measures itself, without its start. */
export interface Job {
  readonly operation: 'save' | 'save-batch' | 'populate' | 'commit-one' | 'get' | 'all' | 'load-save';
  /** The folder of the store; `save` and `populate` make it. */
  readonly folder: string;
  /** The file with the records: on each line `{"id", "fields", "bytes"}`, the last being what is stored. */
  readonly records: string;
  /** How many of the records, from the first, the store has. */
  readonly size: number;
  /** How many operations to measure: commits, or ids to get. */
  readonly count: number;
  /** The position of the first record to commit. */
  readonly first: number;
  /**
   * How many operations come before the measured ones and do not count, so that a process that lives for long
   * is measured and not one that has just started: commits, or saves to another store.
   */
  readonly warmUp: number;
  /** Who does it, in a program for several. */
  readonly contestant?: string;
}

/** What a contestant answers. */
export interface Answer {
  /** What each measured operation took, in seconds; `get` has two, the first and the second time. */
  readonly seconds: readonly number[];
  /** The oid of the tree that was written, where one was. */
  readonly tree?: string;
}

/** Somebody whose work is measured. */
export interface Contestant {
  readonly name: string;
  /** Why it cannot take part; undefined when it can. */
  readonly absent: string | undefined;
  run(job: Job): Promise<Answer>;
}

const HINT = 'run "npm run bench:peers"';

/** This library. */
export function gitmodel(): Contestant {
  return program('gitmodel', process.execPath, path.join(__dirname, '../contestants/gitmodel.js'));
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
  return existsSync(path.join(PROJECT, 'bench/node_modules/git-documentdb'))
    ? program('git-documentdb', process.execPath, path.join(PROJECT, 'bench/contestants/git-documentdb.mjs'))
    : missing('git-documentdb', `it is not installed; ${HINT}`);
}

function missing(name: string, reason: string): Contestant {
  return { name, absent: reason, run: () => Promise.reject(new Error(`${name} cannot run: ${reason}`)) };
}

function program(name: string, command: string, script: string): Contestant {
  return { name, absent: undefined, run: (job) => ask(name, command, script, job) };
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
