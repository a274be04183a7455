import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { projectWithLibrary, transpile } from '../support/compiled';
import {
  expectCleanRepository,
  git,
  temporaryFolder,
  temporaryRepository,
} from '../support/temporary-repository';
import type { StreamingOrder, StreamingResult } from './streaming-process';

/** How large the blob is, in MB; less where there is little time. */
const MEGABYTES = Number(process.env.GITMODEL_STRESS_MB ?? 200);
const SIZE = MEGABYTES * 1_000_000;

/** How much memory above its start a process may need for the blob, in MB: never as much as the blob itself. */
const MAX_PEAK = Math.min(150, MEGABYTES * 0.75);

let project: string;
let repository: string;
/** Everything that was measured, a line each. */
const figures: string[] = [];

beforeAll(() => {
  project = projectWithLibrary();
  const source = readFileSync(path.join(__dirname, 'streaming-process.ts'), 'utf8');
  writeFileSync(path.join(project, 'streaming-process.js'), transpile(source));
});

beforeEach(() => {
  repository = temporaryRepository();
});

afterAll(() => {
  process.stdout.write(`${figures.join('\n')}\n`);
});

/** Runs the program in a process of its own, and expects that it needs little memory. */
function run(name: string, order: Partial<StreamingOrder> & Pick<StreamingOrder, 'do'>): StreamingResult {
  const whole: StreamingOrder = { repository, size: SIZE, file: '', ...order };
  const output = execFileSync(
    process.execPath,
    [path.join(project, 'streaming-process.js'), JSON.stringify(whole)],
    { encoding: 'utf8' },
  );
  const result = JSON.parse(output) as StreamingResult;
  const speed = result.size / 1e6 / result.seconds;
  figures.push(
    `${name}: ${(result.size / 1e6).toFixed()} MB, peak ${result.peak.toFixed(1)} MB above the start, ${speed.toFixed()} MB/s`,
  );
  expect(result.peak).toBeLessThan(MAX_PEAK);
  expect(result.size).toBe(SIZE);
  return result;
}

/** How many files there are of objects. */
function countObjectFiles(): number {
  const folder = path.join(repository, '.git/objects');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return files.filter((file) => statSync(path.join(folder, file)).isFile()).length;
}

describe(`A photo of ${MEGABYTES} MB`, () => {
  it('is saved from a generator and read as a stream with little memory, loose and in a pack', () => {
    const saved = run('generator in', { do: 'save generator' });
    const count = countObjectFiles();
    expect(run('stream out, loose', { do: 'read' })).toMatchObject({ oid: saved.oid, hash: saved.hash });
    expect(run('generator in, there already', { do: 'save generator' })).toMatchObject({ oid: saved.oid });
    expect(countObjectFiles()).toBe(count);

    git(repository, 'gc', '--quiet');
    expect(git(repository, 'count-objects')).toMatch(/^0 objects/);
    expect(run('stream out, packed', { do: 'read' })).toMatchObject({ oid: saved.oid, hash: saved.hash });
    expect(git(repository, 'log', '--format=%s')).toBe('A photo');
    expectCleanRepository(repository);
  });

  it.each(['save stream', 'save file'] as const)('is saved with little memory: %s', (way) => {
    const file = path.join(temporaryFolder(), 'file');
    execFileSync('sh', ['-c', `head -c ${SIZE} /dev/urandom > "$0"`, file]);
    const saved = run(way, { do: way, file });
    expect(saved.oid).toBe(git(repository, 'hash-object', file));
    expect(git(repository, 'ls-tree', '-r', 'main')).toContain(saved.oid);
    expectCleanRepository(repository);
  });
});
