/**
 * Makes plots and tables of measured figures, so that nobody copies them by hand. Reads the JSON lines that the
 * benchmarks have printed to `performance/results.jsonl` and `performance/layouts.jsonl`, writes `performance/*.svg`,
 * and fills in the tables and plots of `performance.md`. The same lines always give the same files.
 *
 * Argument: the folder of the documentation. Default: docs.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { chart } from './plot/chart.mjs';
import { layoutTable, resultTable, withBlock } from './plot/tables.mjs';

const docs = process.argv[2] ?? path.join(import.meta.dirname, '../docs');
const results = latest(read('results'), ({ case: name, size, peer }) => `${name} ${size} ${peer}`);
const layouts = latest(read('layouts'), ({ size, width, levels }) => `${size} ${width} ${levels}`);

/** The lines of a file; none where there is no file. */
function read(name) {
  const file = path.join(docs, 'performance', `${name}.jsonl`);
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
}

/** What was measured again takes the place of what was measured before. */
function latest(lines, keyOf) {
  return [...new Map(lines.map((line) => [keyOf(line), line])).values()];
}

/** The costs of a case, or of several that measure the same at other sizes, by size: ours, or a peer's. */
function series(label, names, peer) {
  const lines = results.filter(
    (line) => [names].flat().includes(line.case) && (peer === undefined || line.peer === peer),
  );
  const points = new Map(lines.map(({ size, ours, theirs }) => [size, peer === undefined ? ours : theirs]));
  return {
    label,
    isPeer: peer !== undefined,
    points: [...points].filter(([, cost]) => cost !== undefined).sort(([a], [b]) => a - b),
  };
}

const CHARTS = {
  write: {
    title: 'Writing a record among many',
    unit: 'µs',
    series: [
      series('save', 'save'),
      series('save, pygit2', 'save', 'pygit2'),
      series('bulk', 'bulk'),
      series('bulk, git fast-import', 'bulk', 'git fast-import'),
      series('bulk-flat', 'bulk-flat'),
      series('bulk-flat, git fast-import', 'bulk-flat', 'git fast-import'),
    ],
  },
  commit: {
    title: 'Committing a record',
    unit: 'ms',
    series: [
      series('commit-one', ['commit-one', 'commit-growth']),
      series('commit-one, pygit2', 'commit-one', 'pygit2'),
      series('commit-concurrent', 'commit-concurrent'),
      series('commit-concurrent-later', 'commit-concurrent-later'),
      series('commit-fsync', 'commit-fsync'),
      series('commit-fsync, pygit2', 'commit-fsync', 'pygit2'),
    ],
  },
  read: {
    title: 'Reading a record',
    unit: 'µs',
    series: [
      series('get-cold', 'get-cold'),
      series('get-cold, pygit2', 'get-cold', 'pygit2'),
      series('get-warm', 'get-warm'),
      series('get-warm, pygit2', 'get-warm', 'pygit2'),
      series('all', 'all'),
      series('all, git cat-file', 'all', 'git cat-file'),
    ],
  },
  memory: {
    title: 'Most memory of a process',
    unit: 'MB',
    series: [
      series('bulk', 'memory-bulk'),
      series('limit', 'memory-bulk', 'limit 600 MB'),
      series('all', 'memory-all'),
    ],
  },
  layouts: {
    title: 'Bytes of the objects that a commit of one record writes',
    unit: 'bytes',
    series: [...new Set(layouts.map(({ width, levels }) => `${width} ${levels}`))].sort().map((key) => {
      const [width, levels] = key.split(' ').map(Number);
      const lines = layouts.filter((line) => line.width === width && line.levels === levels);
      return {
        label: `width ${width}, levels ${levels}`,
        points: lines.map(({ size, bytes }) => [size, bytes]).sort(([a], [b]) => a - b),
      };
    }),
  },
};

const drawn = [];
for (const [name, { title, unit, series: all }] of Object.entries(CHARTS)) {
  const measured = all.filter(({ points }) => points.length > 0);
  if (measured.length === 0) continue;
  writeFileSync(path.join(docs, 'performance', `${name}.svg`), chart({ title, unit, series: measured }));
  if (name !== 'layouts') drawn.push(`![${title}](performance/${name}.svg)`);
}
const page = path.join(docs, 'performance.md');
let text = readFileSync(page, 'utf8');
if (results.length > 0) text = withBlock(text, 'results', `${resultTable(results)}\n\n${drawn.join('\n\n')}`);
if (layouts.length > 0) text = withBlock(text, 'layouts', layoutTable(layouts));
writeFileSync(page, text);
