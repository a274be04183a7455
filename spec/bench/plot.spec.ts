import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { temporaryFolder } from '../support/temporary-repository';

const SCRIPT = path.resolve(__dirname, '../../bench/plot.mjs');
const TABLES =
  '<!-- results: begin --><!-- results: end --> between <!-- layouts: begin --><!-- layouts: end -->';

const line = (size: number, ours: number, theirs?: number): object => ({
  ...{ case: 'commit-one', peer: 'pygit2', size, ours, unit: 'ms/commit' },
  ...(theirs === undefined ? { skipped: 'it is not installed' } : { theirs, ratio: theirs / ours }),
});

/** Makes a documentation with these lines in it, runs the script on it, and returns the folder. */
function plot(results: readonly object[], page = TABLES): string {
  const docs = temporaryFolder();
  mkdirSync(path.join(docs, 'performance'));
  writeFileSync(path.join(docs, 'performance.md'), page);
  const lines = results.map((each) => `${JSON.stringify(each)}\n`).join('');
  writeFileSync(path.join(docs, 'performance/results.jsonl'), lines);
  execFileSync(process.execPath, [SCRIPT, docs], { stdio: 'pipe' });
  return docs;
}

function read(docs: string, file: string): string {
  return readFileSync(path.join(docs, file), 'utf8');
}

describe('The plots of the benchmarks', () => {
  it('show the cost of each case that was measured by the number of records, and nothing else', () => {
    const docs = plot([line(1_000, 2, 4), line(10_000, 3, 30)]);
    const drawing = read(docs, 'performance/commit.svg');

    expect(readdirSync(path.join(docs, 'performance')).sort()).toEqual(['commit.svg', 'results.jsonl']);
    expect(drawing).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" [^]*<\/svg>\n$/);
    for (const text of [
      'Committing a record, in ms',
      'records in the store',
      'commit-one',
      'commit-one, pygit2',
      '10,000',
      '1,000',
    ]) {
      expect(drawing).toContain(`>${text}</text>`);
    }
    expect(drawing.match(/<circle/g)).toHaveLength(4);
    expect(drawing).not.toMatch(/NaN|Infinity|undefined/);
  });

  it('are the same for the same figures', () => {
    const [one, other] = [plot([line(1_000, 2, 4)]), plot([line(1_000, 2, 4)])];
    expect(read(one, 'performance/commit.svg')).toBe(read(other, 'performance/commit.svg'));
  });

  it('fill in the tables, in which what was measured last counts', () => {
    const docs = plot([line(1_000, 2, 4), line(10_000, 3), line(1_000, 1.5, 6)]);
    expect(read(docs, 'performance.md')).toBe(
      [
        '<!-- results: begin -->',
        '',
        '| case         | records | peer   | ours | theirs  | unit      | ratio               |',
        '| ------------ | ------- | ------ | ---- | ------- | --------- | ------------------- |',
        '| `commit-one` | 1,000   | pygit2 | 1.5  | 6       | ms/commit | 4×                  |',
        '| `commit-one` | 10,000  | pygit2 | 3    | skipped | ms/commit | it is not installed |',
        '',
        '![Committing a record](performance/commit.svg)',
        '',
        '<!-- results: end --> between <!-- layouts: begin --><!-- layouts: end -->',
      ].join('\n'),
    );
  });

  it('say when a page has no place for a table', () => {
    expect(() => plot([line(1_000, 2, 4)], 'Nothing')).toThrow('The page needs "<!-- results: begin -->"');
  });
});
