import { decodeHolder, encodeHolder } from '../../lib/git/lock-holder';
import type { ThreadIdentity } from '../../lib/git/process';

const holder: ThreadIdentity = {
  host: 'server-1',
  machine: '00ff5be2a9d34e77',
  pid: 4711,
  thread: null,
  start: 'f4e0c2b19f6d8835',
};

describe('The holder of a lock', () => {
  it.each([
    ['', holder],
    ['of a system that does not tell when it was started', { ...holder, start: null }],
    ['of a machine without a name', { ...holder, host: '' }],
    ['with a large number', { ...holder, pid: 4_194_304 }],
    ['that is a worker thread', { ...holder, thread: 4718 }],
    ['that is a worker thread, with large numbers', { ...holder, pid: 4_194_303, thread: 4_194_304 }],
  ])('%s is read as it was written', (_, each) => {
    expect(decodeHolder(encodeHolder(each))).toEqual(each);
  });

  it('takes no more bytes than a file system keeps within a link, at the expense of the name of its machine', () => {
    for (const [thread, length] of [
      [null, 9],
      [4_194_304, 5],
    ] as const) {
      for (const host of ['x'.repeat(200), 'ü'.repeat(200)]) {
        const text = encodeHolder({ ...holder, pid: 4_194_304, thread, host });
        expect(Buffer.byteLength(text)).toBeLessThanOrEqual(59);
        const { host: name, ...rest } = decodeHolder(text) ?? { host: '' };
        expect(rest).toEqual({ machine: holder.machine, pid: 4_194_304, thread, start: holder.start });
        expect(host.startsWith(name)).toBe(true);
        expect(name.length).toBeGreaterThanOrEqual(length);
      }
    }
  });

  it.each([
    '',
    '1'.repeat(40),
    'gitmodel:x:-:AP9b4qnTTnc:a',
    'gitmodel:1:-:short:a',
    'gitmodel:1/:-:AP9b4qnTTnc:a',
    'gitmodel:/1:-:AP9b4qnTTnc:a',
    'gitmodel:1:AP9b4qnTTnc',
    ' gitmodel:1:-:AP9b4qnTTnc:a',
  ])('is not read from %j', (text) => {
    expect(decodeHolder(text)).toBeUndefined();
  });
});
