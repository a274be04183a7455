import * as fc from 'fast-check';
import { decodeLock, encodeLock, MAX_LOCK_BYTES } from '../../../lib/workspace/lock/lock-content';
import type { LockContent } from '../../../lib/workspace/lock/lock-content';

const LOCK: LockContent = {
  model: 'Page',
  id: 'hello',
  owner: 'Ann <ann@example.com>',
  host: 'server-1',
  machine: '0123456789abcdef',
  pid: 4711,
  start: 'fedcba9876543210',
  acquired: new Date('2030-01-01T00:00:00.000Z'),
  expires: new Date('2030-01-01T00:00:30.000Z'),
  expiry: 30_000,
  token: 'token',
};

const changed = (changes: object): Buffer =>
  Buffer.from(JSON.stringify({ ...(JSON.parse(encodeLock(LOCK).toString()) as object), ...changes }));

describe('The content of a lock', () => {
  it('is JSON with a line for each property', () => {
    expect(encodeLock(LOCK).toString()).toBe(`{
  "gitmodel": "lock",
  "version": 1,
  "model": "Page",
  "id": "hello",
  "owner": "Ann <ann@example.com>",
  "host": "server-1",
  "machine": "0123456789abcdef",
  "pid": 4711,
  "start": "fedcba9876543210",
  "acquired": "2030-01-01T00:00:00.000Z",
  "expires": "2030-01-01T00:00:30.000Z",
  "expiry": 30000,
  "token": "token"
}
`);
  });

  it('is read as it was written', () => {
    for (const lock of [LOCK, { ...LOCK, model: null, start: null, id: '\ud800"\n' }]) {
      expect(decodeLock(encodeLock(lock))).toEqual(lock);
    }
  });

  it('has bounds, whatever the id and the owner are', () => {
    const long = '\u0001'.repeat(100_000);
    const content = encodeLock({ ...LOCK, id: long, owner: long, model: long });
    expect(content.length).toBeLessThan(MAX_LOCK_BYTES);
    expect(decodeLock(content).id).toBe(long.slice(0, 1000));
  });

  it.each([
    [Buffer.from(''), 'it is not JSON'],
    [Buffer.from([0xff, 0xfe]), 'it is not JSON'],
    [Buffer.from('null'), 'it is no JSON object'],
    [Buffer.from('{}'), 'it is not a lock of gitmodel'],
    [changed({ version: 2 }), 'it is of a version that is not known here'],
    [changed({ pid: 'x' }), 'its "pid" is not a number that can be'],
    [changed({ pid: -1 }), 'its "pid" is not a number that can be'],
    [changed({ pid: 0 }), 'its "pid" is not a number that can be'],
    [changed({ expiry: 1e300 }), 'its "expiry" is not a number that can be'],
    [changed({ expires: 'soon' }), 'its "expires" is no time'],
    [changed({ host: { toString: 1 } }), 'its "host" is no text'],
    [changed({ model: 7 }), 'its "model" is no text'],
    [Buffer.alloc(MAX_LOCK_BYTES + 1, ' '), 'it is too large'],
  ])('that is nonsense is refused: %#', (content, reason) => {
    expect(() => decodeLock(content)).toThrow(reason);
  });

  it('that is nonsense of any kind is refused with an ordinary error', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(...Object.keys(LOCK)), (value, name) => {
        try {
          decodeLock(changed({ [name]: value }));
        } catch (error) {
          expect((error as Error).constructor).toBe(Error);
        }
      }),
    );
  });
});
