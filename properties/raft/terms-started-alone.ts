import type { Ms, NodeName } from '../../harness/core/cluster.ts';
import type { FaultRecord, History } from '../../harness/core/history.ts';
import type { Verdict } from '../../harness/core/property.ts';
import { chronicleOf, type Said } from '../chronicle.ts';
import { stallWithin } from '../liveness/stalls.ts';
import { membershipOf } from '../membership.ts';
import { broken, moment } from '../verdicts.ts';

/**
 * A manager whom no other manager's message reached, from the last confirmation to the first call that ended it. Where it was paused
 * at the beginning, from its resumption on: what had reached its sockets before is heard only then.
 */
export type AloneSpan = { readonly node: NodeName; readonly from: Ms; readonly to: Ms };

/** Long enough for what was on its way to have arrived, and for an election that had begun to be over. */
const graceOf = ({ bounds }: History): Ms => 2 * bounds.electionTimeoutMsMax;

/** The spans in which a manager heard nobody for longer than the grace. */
export const aloneSpans = (history: History): readonly AloneSpan[] => {
  const { managers, bitten } = chronicleOf(history);
  const grace = graceOf(history);
  const spans: AloneSpan[] = [];
  for (const fault of bitten) {
    const { begunAt, endAt: to } = fault;
    if (begunAt === undefined || to === undefined) continue;
    for (const node of managers) {
      const silenced = silencedSources(fault, { node, managers });
      if (silenced === 0 || silenced !== managers.length - 1) continue;
      if (decidesAlone(node, to, history)) continue;
      const from = awakeFrom(begunAt, node, history);
      // What a stalled machine delays looks like news from the silence.
      if (to - from > grace && stallWithin(history, from, to) === undefined)
        spans.push({ node, from, to });
    }
  }
  return spans;
};

/** Whoever is the only one that votes hears nobody and leads all the same. */
const decidesAlone = (node: NodeName, until: Ms, history: History): boolean => {
  const { first, fixedUntil } = membershipOf(history);
  if (first.size === 1 && first.voters.includes(node)) return true;
  return (
    fixedUntil <= until &&
    chronicleOf(history).memberships.some(
      ({ node: by, voters, at }) => by === node && voters.length === 1 && at >= fixedUntil,
    )
  );
};

/** The first time at or after this one from which a node is not paused for as long as the grace lasts. */
const awakeFrom = (at: Ms, node: NodeName, history: History): Ms => {
  let from = at;
  let pausedAt: Ms | undefined;
  const wakes = (until: Ms): void => {
    if (pausedAt !== undefined && pausedAt <= from + graceOf(history)) from = Math.max(from, until);
    pausedAt = undefined;
  };
  for (const lived of history.lifecycle) {
    if (lived.node !== node) continue;
    if (lived.event === 'paused') pausedAt ??= lived.at;
    else wakes(lived.at);
  }
  wakes(Infinity);
  return from;
};

/** How many other managers' messages to this one a fault cuts off. */
const silencedSources = (
  { deeds }: FaultRecord,
  { node, managers }: { readonly node: NodeName; readonly managers: readonly NodeName[] },
): number => {
  const sources = new Set<NodeName>();
  for (const deed of deeds) {
    if (deed.deed !== 'cut') continue;
    for (const { from, to } of deed.links) {
      if (to === node && managers.includes(from)) sources.add(from);
    }
  }
  return sources.size;
};

/** With PreVote nobody starts a term without having heard a majority of others say that they would vote. */
export const termStartedAlone = (span: AloneSpan, history: History): Verdict | undefined => {
  const settled = span.from + graceOf(history);
  let before: Said<'role'> | undefined;
  for (const said of chronicleOf(history).roles) {
    if (said.at > span.to) break;
    if (said.node !== span.node) continue;
    if (said.at <= settled) before = said;
    else if (before !== undefined && said.term > before.term) {
      return broken(`${span.node} hears nobody and starts term ${said.term} all the same`, [
        moment(span.from, span.node, `${span.node} gets no manager's message from here on`),
        moment(before.at, span.node, `${span.node} is in term ${before.term}`),
        moment(said.at, span.node, `${span.node} is a ${said.role} in term ${said.term}`),
      ]);
    }
  }
  return undefined;
};
