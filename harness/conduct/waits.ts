import type { Ms } from '../core/cluster.ts';
import type { Timeline } from './timeline.ts';

/** What waits until it can be done, such as a fault for a node that holds a role, and is given up at a deadline. */
export type Waits = {
  /** Tries at once, and then whenever something has happened; `attempt` says whether it was done. */
  add(wait: { attempt(): boolean; readonly until: Ms; giveUp(): void }): void;
  /** Something has happened that one of them may wait for. */
  reconsider(): void;
  /** Nothing is waited for any more. */
  giveUp(): void;
};

export const createWaits = (timeline: Timeline): Waits => {
  type Wait = Parameters<Waits['add']>[0];
  const waiting = new Set<Wait>();
  return {
    add(wait) {
      if (wait.attempt()) return;
      waiting.add(wait);
      timeline.at(wait.until, () => {
        if (waiting.delete(wait)) wait.giveUp();
      });
    },
    reconsider() {
      // Asked about at every turn, and mostly nothing waits.
      if (waiting.size === 0) return;
      for (const wait of [...waiting]) {
        // An attempt may have given up others.
        if (!waiting.delete(wait)) continue;
        if (!wait.attempt()) waiting.add(wait);
      }
    },
    giveUp() {
      const inVain = [...waiting];
      waiting.clear();
      for (const wait of inVain) wait.giveUp();
    },
  };
};
