import { jsonLine, table } from '../../../bench/harness/report';
import { compare, skip } from '../../../bench/harness/result';

const facts = { case: 'save', size: 1_000, peer: 'pygit2', ours: 98.7654, unit: 'µs/record', note: 'flat' };

describe('The report of the benchmarks', () => {
  it('says how far ahead we are: above 1 when the peer takes longer', () => {
    expect(compare(facts, 987.654)).toMatchObject({ ours: 98.8, theirs: 988, ratio: 10 });
    expect(compare(facts, 49.3827).ratio).toBe(0.5);
  });

  it('writes a result as one line of JSON with the keys of the contract first', () => {
    const line = jsonLine(compare(facts, 987.654));
    expect(line).not.toContain('\n');
    expect(Object.keys(JSON.parse(line) as object)).toEqual([
      'case',
      'peer',
      'ours',
      'theirs',
      'unit',
      'ratio',
      'note',
      'size',
    ]);
  });

  it('never passes over a peer that is missing', () => {
    const result = skip(facts, 'it is not installed');
    expect(JSON.parse(jsonLine(result))).toEqual({
      case: 'save',
      peer: 'pygit2',
      ours: 98.8,
      unit: 'µs/record',
      note: 'flat',
      size: 1_000,
      skipped: 'it is not installed',
    });
    expect(table([result])).toMatch(/save .*pygit2 .*98\.8 .*- .*skipped: it is not installed/);
  });

  it('lines up the columns of the table', () => {
    const [head = '', first = '', second = ''] = table([compare(facts, 1), skip(facts, 'absent')]).split(
      '\n',
    );
    const column = head.indexOf('note');
    expect(first.slice(column)).toBe('flat');
    expect(second.slice(column)).toBe('skipped: absent');
  });
});
