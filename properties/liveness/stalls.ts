import type { Ms } from '../../harness/core/cluster.ts';
import type { History } from '../../harness/core/history.ts';
import { seconds } from '../verdicts.ts';

/** A stall is noticed at its end; one that is longer than half an election timeout makes what was observed late prove nothing. */
export const stallWithin = (
  { stalls, bounds }: History,
  from: Ms,
  to: Ms,
): History['stalls'][number] | undefined =>
  stalls.find(
    ({ at, forMs }) => forMs > bounds.electionTimeoutMsMax / 2 && at >= from && at - forMs <= to,
  );

/**
 * A long stall of the machine after the heal: what did not happen in time then says nothing about the cluster. `undefined`: there
 * was none.
 */
export const stalledAfterHeal = (history: History): string | undefined => {
  const stall = stallWithin(history, history.phases.healAt, Infinity);
  return stall === undefined
    ? undefined
    : `the machine stood still for ${seconds(stall.forMs)} after the heal`;
};
