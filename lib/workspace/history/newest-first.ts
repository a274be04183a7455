import type { LinkedCommit } from '../../git/commits';

/** Commits that are to be visited, of which the newest is taken first, as by `git log`; of equally new ones the earliest added. */
export class NewestFirst<T extends { readonly commit: Pick<LinkedCommit, 'time'> }> {
  /** The newest last. */
  private readonly waiting: T[] = [];

  get isEmpty(): boolean {
    return this.waiting.length === 0;
  }

  add(visit: T): void {
    const { waiting } = this;
    const time = visit.commit.time;
    let place = waiting.length;
    // What is added is seldom newer than many that wait: there are few branches at a time.
    while (place > 0 && (waiting[place - 1] as T).commit.time >= time) place--;
    waiting.splice(place, 0, visit);
  }

  /** Undefined when there is none left. */
  take(): T | undefined {
    return this.waiting.pop();
  }
}
