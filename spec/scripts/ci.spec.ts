import path from 'node:path';
import { FakeClone, outcomeOf, type Outcome } from './fake-clone';

/** The counts in what jest writes, of a run in which all went well. */
const ALL_PASSED = {
  numFailedTests: 0,
  numPassedTests: 12,
  numPendingTests: 0,
  numRuntimeErrorTestSuites: 0,
  numTodoTests: 0,
};

interface Run {
  /** What `npm test` leaves behind; nothing if it is undefined. */
  readonly results?: object | string | undefined;
  readonly failing?: 'setup' | 'test' | 'lint' | 'format:check';
  readonly benchmarks?: string;
}

/** Runs a copy of .ci/run whose `npm` does what the spec wants of each command. */
async function ci({
  results,
  failing,
  benchmarks = '{"size":50}',
}: Run): Promise<Outcome & { lastLine: string }> {
  using clone = new FakeClone();
  const written = typeof results === 'object' ? JSON.stringify(results) : results;
  clone.program(
    'npm',
    `const command = args.find((arg) => arg !== 'run' && !arg.startsWith('-'));
     const output = args.find((arg) => arg.startsWith('--outputFile='));
     const results = ${JSON.stringify(written ?? null)};
     if (command === 'test' && results) fs.writeFileSync(output.split('=')[1], results);
     if (command === 'bench') console.log(${JSON.stringify(benchmarks)});
     process.exit(command === ${JSON.stringify(failing ?? null)} ? 1 : 0);`,
  );
  const PATH = [clone.bin, path.dirname(process.execPath), process.env.PATH].join(path.delimiter);
  // From elsewhere, since it must not matter where it is started.
  const outcome = await outcomeOf(clone.start('bash', [path.join('..', '.ci/run')], { PATH }, 'bin'));
  return { ...outcome, lastLine: outcome.stdout.trimEnd().split('\n').at(-1) ?? '' };
}

describe('the run of continuous integration', () => {
  it('ends with the count of the tests, and succeeds, when all is well', async () => {
    const { status, lastLine } = await ci({ results: ALL_PASSED });
    expect({ status, lastLine }).toEqual({ status: 0, lastLine: '12 passed, 0 failed, 0 skipped' });
  });

  it('counts tests that are skipped or yet to be written as skipped', async () => {
    const { status, lastLine } = await ci({
      results: { ...ALL_PASSED, numPendingTests: 2, numTodoTests: 1 },
    });
    expect({ status, lastLine }).toEqual({ status: 0, lastLine: '12 passed, 0 failed, 3 skipped' });
  });

  it('fails, with the count last, when a test failed', async () => {
    const { status, lastLine } = await ci({ results: { ...ALL_PASSED, numFailedTests: 1 }, failing: 'test' });
    expect({ status, lastLine }).toEqual({ status: 1, lastLine: '12 passed, 1 failed, 0 skipped' });
  });

  it('counts a file that could not be run as a failure', async () => {
    const { status, lastLine } = await ci({ results: { ...ALL_PASSED, numRuntimeErrorTestSuites: 1 } });
    expect({ status, lastLine }).toEqual({ status: 1, lastLine: '12 passed, 1 failed, 0 skipped' });
  });

  it.each([
    [
      'all were skipped',
      { ...ALL_PASSED, numPassedTests: 0, numPendingTests: 12 },
      '0 passed, 0 failed, 12 skipped',
    ],
    ['jest wrote no results', undefined, '0 passed, 0 failed, 0 skipped'],
    ['jest was killed while it wrote them', '{"numPassed', '0 passed, 0 failed, 0 skipped'],
  ])('fails when no test was run because %s', async (_, results, expected) => {
    const { status, lastLine } = await ci({ results });
    expect({ status, lastLine }).toEqual({ status: 1, lastLine: expected });
  });

  it.each(['lint', 'format:check'] as const)(
    'fails when %s does, and still counts the tests',
    async (failing) => {
      const { status, lastLine } = await ci({ results: ALL_PASSED, failing });
      expect({ status, lastLine }).toEqual({ status: 1, lastLine: '12 passed, 0 failed, 0 skipped' });
    },
  );

  it('runs nothing in a clone that could not be set up', async () => {
    const { status, stdout, lastLine } = await ci({ results: ALL_PASSED, failing: 'setup' });
    expect({ status, lastLine }).toEqual({ status: 1, lastLine: '0 passed, 0 failed, 0 skipped' });
    expect(stdout).not.toContain('=== Tests');
  });

  it.each([
    ['are not JSON', 'size 50: 3 ms'],
    ['are JSON only at first', '{"size":50}\n> gitmodel bench'],
  ])('fails when the lines of the benchmarks %s', async (_, benchmarks) => {
    const { status } = await ci({ results: ALL_PASSED, benchmarks });
    expect(status).toBe(1);
  });

  it('fails when the benchmarks print nothing', async () => {
    using clone = new FakeClone();
    const { status, stderr } = await outcomeOf(
      clone.start(process.execPath, ['scripts/ci/check-json-lines.mjs']),
    );
    expect({ status, stderr }).toEqual({ status: 1, stderr: 'There is no line of JSON.\n' });
  });
});
