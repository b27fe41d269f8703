import type { Ms } from '../../harness/core/cluster.ts';
import { seconds } from '../../harness/core/figures.ts';
import type { History } from '../../harness/core/history.ts';
import type { Verdict } from '../../harness/core/property.ts';
import { cutFromClients } from '../client-cuts.ts';
import { askedOf, committedBy } from '../lookup.ts';
import { stallWithin } from '../liveness/stalls.ts';
import { reachabilityOf } from '../raft/reachability.ts';
import { broken, moment } from '../verdicts.ts';
import type { LockedSpan } from './locked-spans.ts';

/** How the unlocked manager came back: it served what only a member can, or it did not, or nobody could tell. */
export type Return =
  { readonly returned: true } | { readonly returned: false; readonly verdict: Verdict | undefined };

/** Within the bound after the right key the manager has caught up, or answers what only the cluster can answer, while nothing else is in its way. */
export const returnOf = (span: LockedSpan, history: History): Return => {
  const { node, unlock } = span;
  const since = unlock?.endedAt;
  if (unlock?.outcome !== 'ok' || since === undefined)
    return { returned: false, verdict: undefined };
  const until = since + history.bounds.unlockMs;
  const asked = askedOf(history, node, { from: since, to: until }).filter(
    ({ effect }) => effect !== 'local',
  );
  const served = asked.find(
    ({ outcome, decided, endedAt }) =>
      (outcome === 'ok' || decided) && (endedAt ?? Infinity) <= until,
  );
  if (served !== undefined || hasCaughtUp(span, { since, until }, history)) {
    return { returned: true };
  }
  const disturbed =
    isDemoted(span) ||
    stallWithin(history, since, until) !== undefined ||
    history.phases.endAt < until ||
    reachabilityOf(history).touching(since, until).length > 0 ||
    cutFromClients(history, node, { from: since, to: until });
  const [first] = asked;
  if (disturbed || first === undefined) return { returned: false, verdict: undefined };
  const verdict = broken(
    `${node} was unlocked and served nothing within ${seconds(history.bounds.unlockMs)}`,
    [
      moment(since, node, `${node} takes the key`),
      moment(first.invokedAt, node, `${node} is asked for ${first.operation}`),
      moment(until, node, 'the bound is over'),
    ],
  );
  return { returned: false, verdict };
};

/** It was told that it is no manager any more: nothing but that has to be told it. */
const isDemoted = ({ boot }: LockedSpan): boolean =>
  boot.said.some((words) => words.kind === 'role' && words.role === 'none');

/**
 * Whether this boot came to know a leader, and committed all that anybody had at the time of the unlock. A request may get lost on
 * its way to the leader; the log is sent again.
 */
const hasCaughtUp = (
  { boot }: LockedSpan,
  { since, until }: { readonly since: Ms; readonly until: Ms },
  history: History,
): boolean => {
  const known = committedBy(history, since);
  const inTime = boot.said.filter(({ at }) => at <= until);
  return (
    inTime.some((words) => words.kind === 'role' && words.leader !== undefined) &&
    inTime.some((words) => words.kind === 'commit' && words.index >= known)
  );
};
