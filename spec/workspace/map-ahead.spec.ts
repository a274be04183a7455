import { setTimeout as delay } from 'node:timers/promises';
import { mapAhead } from '../../lib/workspace/map-ahead';
import { collect } from '../support/workspaces';

describe('mapAhead', () => {
  it('gives the results in the order of the items, whichever is ready first', async () => {
    const results = mapAhead([30, 1, 20, 5], (item) => delay(item, item), 3);

    expect(await collect(results)).toEqual([30, 1, 20, 5]);
  });

  it.each([1, 2, 5, 100])('works on %p items at a time', async (width) => {
    let running = 0;
    let most = 0;
    const map = async (item: number): Promise<number> => {
      most = Math.max(most, ++running);
      await delay(1);
      running--;
      return item;
    };

    expect(await collect(mapAhead(Array(20).keys(), map, width))).toEqual([...Array(20).keys()]);
    expect(most).toBe(Math.min(width, 20));
  });

  it('gives nothing for no items', async () => {
    expect(await collect(mapAhead([], () => Promise.resolve(1), 5))).toEqual([]);
  });

  it('fails when the turn of an item comes that has failed, and not before', async () => {
    const seen: number[] = [];
    const consume = async (): Promise<void> => {
      const map = (item: number): Promise<number> =>
        item === 2 ? Promise.reject(new RangeError('Two')) : delay(5, item);
      for await (const item of mapAhead([0, 1, 2, 3], map, 4)) seen.push(item);
    };

    await expect(consume()).rejects.toThrow(new RangeError('Two'));
    expect(seen).toEqual([0, 1]);
  });

  it('begins no more once it is left', async () => {
    const begun: number[] = [];
    const map = (item: number): Promise<number> => {
      begun.push(item);
      return Promise.resolve(item);
    };
    for await (const item of mapAhead(Array(100).keys(), map, 3)) if (item === 4) break;

    expect(begun).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });
});
