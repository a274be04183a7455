import type { Result } from './result';

const COLUMNS = ['case', 'size', 'peer', 'ours', 'theirs', 'unit', 'ratio', 'note'] as const;

/** A result as a line of JSON, with the keys in the order of the contract. */
export function jsonLine(result: Result): string {
  const { case: name, peer, ours, theirs, unit, ratio, note, size, skipped } = result;
  return JSON.stringify({ case: name, peer, ours, theirs, unit, ratio, note, size, skipped });
}

/** All results as a table for people. */
export function table(results: readonly Result[]): string {
  const rows = [[...COLUMNS], ...results.map(cells)] as string[][];
  const widths = COLUMNS.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function cells(result: Result): string[] {
  return COLUMNS.map((column) => {
    if (column === 'note' && result.skipped !== undefined) return `skipped: ${result.skipped}`;
    if (column === 'ratio' && result.ratio !== undefined) return `${result.ratio}x`;
    return String(result[column] ?? '-');
  });
}
