import type { Ms, NodeName } from '../../harness/core/cluster.ts';
import type { History, Lifecycle } from '../../harness/core/history.ts';
import type { Verdict } from '../../harness/core/property.ts';
import type { Said } from '../chronicle.ts';
import { stallWithin } from '../liveness/stalls.ts';
import { broken, moment } from '../verdicts.ts';
import type { Change } from './changes-by-leaders.ts';

/** A voter is taken out although of those that are left no majority lives. `nameOf`: of a member's id in Raft. */
export const costlyRemoval = (
  { before, after }: Change,
  nameOf: (raftId: string) => NodeName,
  history: History,
): Verdict | undefined => {
  const out = before.voters.filter((id) => !after.voters.includes(id)).map(nameOf);
  if (out.length === 0) return undefined;
  const lost = after.voters.flatMap((id) => lostBefore(after.at, nameOf(id), history) ?? []);
  const live = after.voters.length - lost.length;
  return live * 2 > after.voters.length ? undefined : costs(after, { out: out.join(', '), lost });
};

/**
 * What ended a node, or paused it, so long ago that the leader cannot have heard of it within an election timeout, not even by what was
 * on its way for two more.
 */
const lostBefore = (time: Ms, name: NodeName, history: History): Lifecycle | undefined => {
  const last = history.lifecycle.findLast(({ node, at }) => node === name && at <= time);
  if (last === undefined || last.event === 'started' || last.event === 'resumed') return undefined;
  const { at } = last;
  if (time - at <= 3 * history.bounds.electionTimeoutMsMax) return undefined;
  return stallWithin(history, at, time) === undefined ? last : undefined;
};

const costs = (
  { node, at, voters }: Said<'membership'>,
  { out, lost }: { readonly out: string; readonly lost: readonly Lifecycle[] },
): Verdict => {
  const gone = lost.map((lived) => lived.node).join(', ');
  return broken(
    `${node} takes ${out} out, and of the ${voters.length} that vote from then on ${gone} ${lost.length === 1 ? 'is' : 'are'} down`,
    [
      ...lost.map((lived) => moment(lived.at, lived.node, `${lived.node} is ${lived.event}`)),
      moment(at, node, `${node} takes ${out} out: a majority would have to live`),
    ],
  );
};
