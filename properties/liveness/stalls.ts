import type { History } from '../../harness/core/history.ts';
import { seconds } from '../verdicts.ts';

/**
 * A stall of the machine after the heal that was longer than half an election timeout: what did not happen in time then says
 * nothing about the cluster. `undefined`: there was none.
 */
export const stalledAfterHeal = ({ stalls, phases, bounds }: History): string | undefined => {
  const stall = stalls.find(
    ({ at, forMs }) => at >= phases.healAt && forMs > bounds.electionTimeoutMsMax / 2,
  );
  return stall === undefined
    ? undefined
    : `the machine stood still for ${seconds(stall.forMs)} after the heal`;
};
