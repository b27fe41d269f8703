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

/** Whether a fault may have stopped the node in this stretch: what it had committed then waits for its disk. */
const mayHaveStoodStill = (
  { node }: Boot,
  { from, to }: { readonly from: Ms; readonly to: Ms },
  { faults }: History,
): boolean =>
  faults.some(
    ({ deeds, beginAt = Infinity, endedAt = Infinity }) =>
      beginAt <= to &&
      endedAt >= from &&
      deeds.some((deed) => deed.deed === 'pause' && deed.node === node),
  );

/**
 * Since when this boot of a manager surely had at rest what the swarm acknowledged by `time`, if it had by `endedAt`, when it ended or was
 * looked at: it had committed it, and went on for two election timeouts, many times what a disk takes.
 */
export const followedSince = (
  boot: Boot,
  { time, endedAt }: { readonly time: Ms; readonly endedAt: Ms },
  history: History,
): Ms | undefined => {
  const committedAt = caughtUpAt(boot, time, history);
  if (committedAt === undefined) return undefined;
  const since = Math.max(committedAt, time);
  const surely =
    since + 2 * history.bounds.electionTimeoutMsMax <= endedAt &&
    stallWithin(history, since, endedAt) === undefined &&
    !mayHaveStoodStill(boot, { from: since, to: endedAt }, history);
  return surely ? since : undefined;
};

/** Whether what the swarm acknowledged by `time` was surely at rest with the manager when this boot of it ended. */
export const surelyFollowed = (...asked: Parameters<typeof followedSince>): boolean =>
  followedSince(...asked) !== undefined;

/** When the harness saw this boot end. `undefined`: it did not. */
export const endOf = ({ node, said }: Boot, { lifecycle }: History): Ms | undefined => {
  const firstWords = said[0]?.at ?? 0;
  const own = lifecycle.filter((event) => event.node === node);
  const startedAt = own.findLast(({ event, at }) => event === 'started' && at <= firstWords)?.at;
  return own.find(
    ({ event, at }) => (event === 'killed' || event === 'exited') && at >= (startedAt ?? 0),
  )?.at;
};

/** The boot before this one of the same node. */
export const bootBefore = ({ node, number }: Boot, history: History): Boot | undefined =>
  chronicleOf(history).boots.find((boot) => boot.node === node && boot.number === number - 1);
