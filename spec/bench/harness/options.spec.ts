import { parseOptions, usage, UsageError } from '../../../bench/harness/options';

const CASES = ['save', 'all'];

describe('The options of the benchmarks', () => {
  it('are all cases at their own sizes, as a table, unless something else is asked for', () => {
    expect(parseOptions([], CASES)).toEqual({
      json: false,
      cases: [],
      sizes: [],
      long: false,
      runs: 5,
      help: false,
    });
  });

  it('take what is asked for', () => {
    const args = [
      '--json',
      '--case',
      'all',
      '--case',
      'save',
      '--size',
      '50',
      '--size',
      '60',
      '--long',
      '--runs=1',
    ];
    expect(parseOptions(args, CASES)).toEqual({
      json: true,
      cases: ['all', 'save'],
      sizes: [50, 60],
      long: true,
      runs: 1,
      help: false,
    });
  });

  it.each([
    ['an option that does not exist', ['--fast'], /--fast/],
    ['an argument without an option', ['save'], /save/],
    ['a case that does not exist', ['--case', 'sav'], /no case "sav".*save, all/],
    ['a size of nothing', ['--size', '0'], /--size takes a whole number/],
    ['a size that is no number', ['--size', 'big'], /"big"/],
    ['half a run', ['--runs', '0.5'], /--runs takes a whole number/],
  ])('refuse %s', (_what, args, message) => {
    const parse = (): unknown => parseOptions(args, CASES);
    expect(parse).toThrow(UsageError);
    expect(parse).toThrow(message);
  });

  it('are explained, with the cases there are', () => {
    expect(usage(CASES)).toMatch(/--json[^]*--case NAME.*save, all[^]*--size N[^]*--long[^]*--runs K/);
  });
});
