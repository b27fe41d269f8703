import type { Ms } from '../../harness/core/cluster.ts';
import type { History } from '../../harness/core/history.ts';
import { chronicleOf, type Boot } from '../chronicle.ts';
import { committedBy } from '../lookup.ts';
import { stallWithin } from '../liveness/stalls.ts';

/**
 * When a boot of a manager had committed all that anybody had at this time; `undefined`: it never said so. What nodes say arrives
 * late, so what arrives within an election timeout counts as said by then: it can only ask for more.
 */
const caughtUpAt = (boot: Boot, time: Ms, history: History): Ms | undefined => {
  const known = committedBy(history, time + history.bounds.electionTimeoutMsMax);
  return boot.said.find((words) => words.kind === 'commit' && words.index >= known)?.at;
};

/**
 * Whether what the swarm acknowledged by `time` was surely at rest with the manager when this boot of it ended, at `endedAt`: it had
 * committed it, and went on for two election timeouts, many times what a disk takes.
 */
export const surelyFollowed = (
  boot: Boot,
  { time, endedAt }: { readonly time: Ms; readonly endedAt: Ms },
  history: History,
): boolean => {
  const committedAt = caughtUpAt(boot, time, history);
  if (committedAt === undefined) return false;
  const since = Math.max(committedAt, time);
  return (
    since + 2 * history.bounds.electionTimeoutMsMax <= endedAt &&
    stallWithin(history, since, endedAt) === undefined
  );
};

/** The boot before this one of the same node. */
export const bootBefore = ({ node, number }: Boot, history: History): Boot | undefined =>
  chronicleOf(history).boots.find((boot) => boot.node === node && boot.number === number - 1);
