import { setTimeout as delay } from 'node:timers/promises';
import { frameFor, frameOf, runWithin } from '../../lib/workspace/async-frames';
import type { Frame } from '../../lib/workspace/async-frames';

/** Runs code within a new frame, which ends with it. */
async function within<T>(owner: object, code: (frame: Frame) => T | Promise<T>): Promise<T> {
  const frame = frameFor(owner);
  try {
    return await runWithin(frame, () => code(frame));
  } finally {
    frame.open = false;
  }
}

/** Something to be waited for that somebody else begins. */
function signal(): { readonly give: () => void; readonly given: Promise<void> } {
  let give = (): void => undefined;
  const given = new Promise<void>((resolve) => (give = resolve));
  return { give, given };
}

/** A frame and those around it, from the inside. */
function framesFrom(frame: Frame | undefined): Frame[] {
  return frame ? [frame, ...framesFrom(frame.outer)] : [];
}

describe('Code', () => {
  it('is within the frame that it runs in, and so is all that it calls and begins', async () => {
    const owner = {};
    const seen: (Frame | undefined)[] = [];
    const look = (): void => void seen.push(frameOf(owner));
    const frame = await within(owner, async (frame) => {
      look();
      await delay(1);
      look();
      const timer = new Promise<void>((resolve) => {
        setTimeout(() => {
          look();
          resolve();
        }, 1);
      });
      await Promise.all([timer, Promise.resolve().then(look), new Promise(setImmediate).then(look)]);
      return frame;
    });

    expect(seen).toEqual(Array(5).fill(frame));
    expect(seen.every((each) => each === frame)).toBe(true);
    expect(frameOf(owner)).toBeUndefined();
  });

  it('gives what it returns, and throws what it throws, also without a promise', async () => {
    const owner = {};
    const failure = new Error('No');

    expect(await within(owner, () => 1)).toBe(1);
    await expect(
      within(owner, () => {
        throw failure;
      }),
    ).rejects.toBe(failure);
    await expect(within(owner, () => Promise.reject(failure))).rejects.toBe(failure);
    expect(await within(owner, (frame) => frameOf(owner) === frame)).toBe(true);
  });

  it('is within the innermost frame of an owner, whatever frames of others are between', async () => {
    const [one, other] = [{}, {}];
    await within(one, async (outer) => {
      await within(other, async (between) => {
        expect([frameOf(one), frameOf(other)]).toEqual([outer, between]);
        await within(one, (inner) => {
          expect(frameOf(one)).toBe(inner);
          expect(frameOf(other)).toBe(between);
          expect(framesFrom(inner)).toEqual([inner, between, outer]);
        });
        expect(frameOf(one)).toBe(outer);
      });
      expect(frameOf(other)).toBeUndefined();
    });
  });

  it('of different frames that run at the same time is each within its own', async () => {
    const owner = {};
    const [first, second] = [signal(), signal()];
    const one = within(owner, async (frame) => {
      await second.given;
      return frameOf(owner) === frame;
    });
    const other = within(owner, async (frame) => {
      second.give();
      await first.given;
      return frameOf(owner) === frame;
    });

    // The first one ends while the other one goes on, which has to find its frame all the same.
    expect(await one).toBe(true);
    first.give();
    expect(await other).toBe(true);
  });

  it('that was begun outside is outside, whoever it is that it waits for', async () => {
    const owner = {};
    const { give, given } = signal();
    const outside = given.then(() => frameOf(owner));
    await within(owner, async () => {
      give();
      expect(await outside).toBeUndefined();
    });
  });
});

describe('What goes on when its frame is over', () => {
  it('is in the frame around it', async () => {
    const owner = {};
    const { give, given } = signal();
    await within(owner, async (outer) => {
      let late: Promise<Frame | undefined> | undefined;
      await within(owner, () => {
        late = given.then(() => frameOf(owner));
      });
      give();
      expect(await late).toBe(outer);
    });
  });

  it('is in none when there is none around it', async () => {
    const owner = {};
    const { give, given } = signal();
    let late: Promise<unknown> | undefined;
    await within(owner, () => {
      late = given.then(() => frameOf(owner));
    });
    // Somebody else’s, which it has nothing to do with.
    await within(owner, async () => {
      give();
      expect(await late).toBeUndefined();
    });
  });

  it('has the frames around it that are not over, when it begins one of its own', async () => {
    const [one, other] = [{}, {}];
    await within(one, async (outer) => {
      const { give, given } = signal();
      let late: Promise<Frame[]> | undefined;
      await within(other, () =>
        within(one, () => {
          late = given.then(() => within(one, (frame) => framesFrom(frame).slice(1)));
        }),
      );
      give();
      expect(await late).toEqual([outer]);
    });
  });

  it('is let go of by a frame that it is around and that goes on', async () => {
    const [one, other] = [{}, {}];
    const { give, given } = signal();
    let late: Promise<void> | undefined;
    await within(other, () => {
      late = within(one, async (going) => {
        await given;
        await within(other, (frame) => {
          expect(framesFrom(frame)).toEqual([frame, going]);
        });
      });
    });
    give();
    await late;
    expect(late).toBeDefined();
  });

  it('does not hold on to the frames before, however often it begins one again', async () => {
    const [owner, other] = [{}, {}];
    const begin = (times: number, done: (frame: Frame) => void): void => {
      void within(owner, (frame) => {
        if (times === 0) done(frame);
        else setTimeout(begin, 0, times - 1, done);
      });
    };
    await within(other, async (around) => {
      const last = await new Promise<Frame>((resolve) => {
        begin(20, resolve);
      });
      expect(framesFrom(last.outer)).toEqual([around]);
    });
  });
});
