import type { Ms } from '../core/cluster.ts';

/** What is to be done at a time, in order of time and then of entry: the order never depends on chance. */
export type Timeline = {
  at(time: Ms, deed: () => void): void;
  /** Does everything that is due, also what that makes due. */
  run(now: Ms): void;
  readonly next: Ms | undefined;
};

type Item = { readonly time: Ms; readonly deed: () => void };

export const createTimeline = (): Timeline => {
  // Sorted from last to first, so that the next item is popped from the end. Runs have few items at once.
  const items: Item[] = [];
  return {
    at(time, deed) {
      let low = 0;
      let high = items.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((items[middle]?.time ?? 0) > time) low = middle + 1;
        else high = middle;
      }
      // Equal times: the earlier entry stays nearer to the end.
      items.splice(low, 0, { time, deed });
    },
    run(now) {
      for (let item = items.at(-1); item !== undefined && item.time <= now; item = items.at(-1)) {
        items.pop();
        item.deed();
      }
    },
    get next() {
      return items.at(-1)?.time;
    },
  };
};
