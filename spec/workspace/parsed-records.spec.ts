import { json, markdown } from 'gitmodel';
import { ParsedRecords } from '../../lib/workspace/parsed-records';

const RECORD = { model: 'Page', fields: new Map([['title', 'A']]) };

describe('Parsed records', () => {
  it('are known by oid and by the form in which they were read', () => {
    const parsed = new ParsedRecords();
    parsed.set('a', json, RECORD, 100);

    expect(parsed.get('a', json)?.record).toBe(RECORD);
    expect(parsed.get('b', json)).toBeUndefined();
    expect(parsed.get('a', markdown({ body: 'text' }))).toBeUndefined();
  });

  it('are bounded in size, and the oldest go first', () => {
    const parsed = new ParsedRecords();
    for (let n = 0; n < 100; n++) parsed.set(String(n), json, RECORD, 400_000);
    parsed.set('large', json, RECORD, 1_000_000);

    expect(parsed.get('0', json)).toBeUndefined();
    expect(parsed.get('99', json)?.record).toBe(RECORD);
    expect(parsed.get('large', json)).toBeUndefined();
  });
});
