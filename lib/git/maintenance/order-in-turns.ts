import { Turn } from '../turn';

/** About so many items are sorted at a time, in a moment. */
const BUCKET_ITEMS = 128;

/** How many items are gone through before it is looked whether others should get their turn. */
const STRIDE = 4096;

/** What {@link orderInTurns} needs to know. */
export interface Ordering {
  /** About where an item stands among all, from 0 up to, but not including, 1. Never against the order. */
  readonly share: (item: number) => number;
  /** Which of two items comes first, as for `sort`. */
  readonly compare: (a: number, b: number) => number;
}

/** The numbers from 0 up to `count` in an order; others get their turn meanwhile. */
export async function orderInTurns(count: number, { share, compare }: Ordering): Promise<Uint32Array> {
  const turn = new Turn();
  const buckets = Math.ceil(count / BUCKET_ITEMS);
  const starts = new Uint32Array(buckets + 1);
  const bucketOf = (item: number): number => Math.floor(share(item) * buckets);
  for (let item = 0; item < count; item++) {
    const next = bucketOf(item) + 1;
    starts[next] = (starts[next] as number) + 1;
    if (item % STRIDE === 0 && turn.isOver()) await turn.next();
  }
  for (let bucket = 1; bucket <= buckets; bucket++) {
    starts[bucket] = (starts[bucket] as number) + (starts[bucket - 1] as number);
  }
  const places = starts.slice();
  const order = new Uint32Array(count);
  for (let item = 0; item < count; item++) {
    const bucket = bucketOf(item);
    const place = places[bucket] as number;
    order[place] = item;
    places[bucket] = place + 1;
    if (item % STRIDE === 0 && turn.isOver()) await turn.next();
  }
  for (let bucket = 0; bucket < buckets; bucket++) {
    order.subarray(starts[bucket], starts[bucket + 1]).sort(compare);
    if (turn.isOver()) await turn.next();
  }
  return order;
}
