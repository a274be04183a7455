import { createInflate, deflateSync } from 'node:zlib';
import { KeptInflate } from '../../../lib/git/compression/kept-inflate';

describe('A state of zlib that is kept', () => {
  it('is what this version of Node has', () => {
    expect(KeptInflate.create()).toBeInstanceOf(KeptInflate);
  });

  /** Every way in which a Node to come may differ. */
  it.each<[string, (stream: Internals) => void]>([
    ['is gone', (stream) => delete stream._handle],
    ['has no state to look at', (stream) => delete stream._writeState],
    ['has no call that waits', (stream) => Object.assign(stream._handle ?? {}, { writeSync: undefined })],
    ['cannot be reset', (stream) => Object.assign(stream._handle ?? {}, { reset: undefined })],
    ['is not reset', (stream) => Object.assign(stream._handle ?? {}, { reset: () => undefined })],
    ['writes nothing', (stream) => Object.assign(stream._handle ?? {}, { writeSync: () => undefined })],
    [
      'throws',
      (stream) =>
        Object.assign(stream._handle ?? {}, {
          writeSync: () => {
            throw new TypeError('other arguments');
          },
        }),
    ],
    [
      'tells errors in another way',
      (stream) => {
        Object.defineProperty(stream._handle, 'onerror', {
          set: () => undefined,
          get: () => () => undefined,
        });
      },
    ],
  ])('is done without where it %s', (_, change) => {
    let made = 0;
    const makeStream = (): object => {
      made++;
      const stream = createInflate() as unknown as Internals;
      change(stream);
      return stream;
    };
    expect(KeptInflate.create(makeStream)).toBeUndefined();
    expect(made).toBeGreaterThan(0);
  });

  it('is made anew after an error, and closed', () => {
    let open = 0;
    const kept = KeptInflate.create(() => {
      open++;
      const stream = createInflate();
      const { _handle: handle } = stream as unknown as { _handle: { close(): void } };
      const close = handle.close.bind(handle);
      handle.close = () => {
        open--;
        close();
      };
      return stream;
    });
    const stream = deflateSync(Buffer.from('some text'));
    const target = Buffer.alloc(100);
    for (let time = 0; time < 3; time++) {
      expect(() => kept?.inflate(Buffer.from('garbage'), 0, 7, target)).toThrow('incorrect header check');
      expect(kept?.inflate(stream, 0, stream.length, target)).toBe(9);
      expect(open).toBe(1);
    }
  });
});

/** What Node's zlib streams have inside. */
interface Internals {
  _handle?: object;
  _writeState?: Uint32Array;
}
