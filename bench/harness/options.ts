import { parseArgs } from 'node:util';

/** What the command line asks for. */
export interface Options {
  /** One JSON object a line instead of a table. */
  readonly json: boolean;
  /** The cases to run; empty for all. */
  readonly cases: readonly string[];
  /** How many records the stores have, instead of each case's own sizes; empty for those. */
  readonly sizes: readonly number[];
  /** Also the sizes that take long. */
  readonly long: boolean;
  /** How often each measurement is repeated; the median counts. */
  readonly runs: number;
  readonly help: boolean;
}

/** A mistake on the command line; the message is for the user. */
export class UsageError extends Error {}

const DEFAULT_RUNS = 5;

/** @throws UsageError that says what to do. */
export function parseOptions(args: readonly string[], knownCases: readonly string[]): Options {
  const values = parse(args);
  const cases = values.case ?? [];
  for (const name of cases) {
    if (!knownCases.includes(name)) {
      throw new UsageError(`There is no case "${name}". The cases are ${knownCases.join(', ')}.`);
    }
  }
  return {
    json: values.json ?? false,
    cases,
    sizes: (values.size ?? []).map((size) => wholeNumber('size', size)),
    long: values.long ?? false,
    runs: values.runs === undefined ? DEFAULT_RUNS : wholeNumber('runs', values.runs),
    help: values.help ?? false,
  };
}

/** What `--help` prints. */
export function usage(knownCases: readonly string[]): string {
  return [
    'Measures gitmodel and its peers in one run, on the same data.',
    '',
    '  npm run bench -- [options]',
    '',
    '  --json         one JSON object a line (with "npm run --silent", nothing else on stdout)',
    `  --case NAME    only this case, may be repeated: ${knownCases.join(', ')}`,
    '  --size N       stores of N records, instead of the sizes of each case; may be repeated',
    '  --long         also the sizes that take long: a million records',
    `  --runs K       the median of K runs (default: ${DEFAULT_RUNS})`,
    '',
    'Peers that are not installed are skipped; "npm run bench:peers" installs them.',
  ].join('\n');
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        json: { type: 'boolean' },
        case: { type: 'string', multiple: true },
        size: { type: 'string', multiple: true },
        long: { type: 'boolean' },
        runs: { type: 'string' },
        help: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    throw new UsageError(`${(error as Error).message}. See --help.`);
  }
}

function wholeNumber(option: string, text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) {
    throw new UsageError(`--${option} takes a whole number from 1; "${text}" is not.`);
  }
  return value;
}
