import type { Ms, NodeName } from '../../harness/core/cluster.ts';
import type { History } from '../../harness/core/history.ts';
import type { Verdict } from '../../harness/core/property.ts';
import { chronicleOf, type Said } from '../chronicle.ts';
import { asksForRole } from '../membership.ts';
import { stallWithin } from '../liveness/stalls.ts';
import { broken, moment } from '../verdicts.ts';
import { reachabilityOf } from './reachability.ts';

/**
 * A leader that had its majority all the time around the heal, while everybody knew of no later term: those who come back with the
 * heal have no reason to depose it.
 */
const unassailable = (
  history: History,
): { readonly leader: Said<'role'>; readonly returning: readonly NodeName[] } | undefined => {
  const { healAt } = history.phases;
  const since = healAt - 2 * history.bounds.electionTimeoutMsMax;
  let leader: Said<'role'> | undefined;
  let termMax = 0;
  for (const said of chronicleOf(history).roles) {
    if (said.at > healAt) break;
    termMax = Math.max(termMax, said.term);
    if (said.role === 'leader') leader = said;
    else if (leader?.node === said.node) leader = undefined;
  }
  if (leader === undefined || leader.at > since || leader.term < termMax) return undefined;
  const slowed = history.faults.some(
    ({ deeds, endAt }) => (endAt ?? healAt) >= since && deeds.some(({ deed }) => deed === 'delay'),
  );
  const reachability = reachabilityOf(history);
  const hindered = reachability.touching(since, healAt);
  const stalled = stallWithin(history, since, Infinity) !== undefined;
  if (slowed || stalled || mayBeReplaced(leader.node, since, history)) return undefined;
  if (!reachability.hasMajority(leader.node, hindered)) return undefined;
  const returning = reachability.hinderedManagers(hindered).filter((name) => name !== leader.node);
  return { leader, returning };
};

/** Roles were changing then, or it was asked to go: a leader that is demoted hands over by itself, once it can. */
const mayBeReplaced = (leader: NodeName, since: Ms, history: History): boolean => {
  const asked = history.operations.filter(asksForRole);
  if (asked.length === 0) return false;
  return (
    asked.some(({ args, endedAt }) => args.name === leader || (endedAt ?? Infinity) >= since) ||
    chronicleOf(history).memberships.some(({ at }) => at >= since)
  );
};

/** A procedure that goes on behind the heal may end the leader itself. */
const endOf = (leader: NodeName, { lifecycle, phases }: History): Ms =>
  lifecycle.find(({ node, at }) => node === leader && at > phases.healAt)?.at ?? Infinity;

/**
 * Whether the leader stepped down within its own term: it heard of no later one, but missed the answers of a majority, as where the
 * machine gives it no time (CheckQuorum).
 */
const quit = (leader: Said<'role'>, history: History): boolean =>
  chronicleOf(history).roles.some(
    ({ node, boot, seq, role, term }) =>
      node === leader.node &&
      boot === leader.boot &&
      seq > leader.seq &&
      role !== 'leader' &&
      term === leader.term,
  );

/** Whether somebody who came back with the heal deposed a leader that worked; `tried`: somebody came back to one. */
export const deposedAfterHeal = (
  history: History,
): { readonly harm: Verdict | undefined; readonly tried: boolean } => {
  const found = unassailable(history);
  if (found === undefined || found.returning.length === 0) return { harm: undefined, tried: false };
  const { leader, returning } = found;
  if (quit(leader, history)) return { harm: undefined, tried: false };
  const until = endOf(leader.node, history);
  const later = chronicleOf(history).roles.filter(
    ({ at, term }) => at > history.phases.healAt && at < until && term > leader.term,
  );
  const candidates = later.filter(({ role }) => role === 'candidate' || role === 'leader');
  const [first] = candidates;
  if (first === undefined || !candidates.every(({ node }) => returning.includes(node))) {
    return { harm: undefined, tried: first === undefined };
  }
  const harm = broken(
    `${first.node} came back and deposed ${leader.node}, a leader that had its majority all the time`,
    [
      moment(leader.at, leader.node, `${leader.node} leads term ${leader.term}`),
      moment(history.phases.healAt, first.node, `every fault ends; ${first.node} is back`),
      moment(first.at, first.node, `${first.node} is a ${first.role} in term ${first.term}`),
    ],
  );
  return { harm, tried: true };
};
