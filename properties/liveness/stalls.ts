import type { Ms } from '../../harness/core/cluster.ts';
import { seconds } from '../../harness/core/figures.ts';
import type { History } from '../../harness/core/history.ts';

type Stall = History['stalls'][number];

/** Stalls that overlap are one, seen by several; in order of time, as their beginnings and ends. */
const unionOf = (stalls: readonly Stall[]): readonly { readonly from: Ms; readonly to: Ms }[] => {
  const spans: { from: Ms; to: Ms }[] = [];
  for (const { at, forMs } of stalls.toSorted((a, b) => a.at - a.forMs - (b.at - b.forMs))) {
    const last = spans.at(-1);
    if (last === undefined || at - forMs > last.to) spans.push({ from: at - forMs, to: at });
    else last.to = Math.max(last.to, at);
  }
  return spans;
};

/**
 * The machine stood still for more than half an election timeout, at once or in pieces within one timeout: what was observed late then
 * proves nothing. A stall is noticed at its end. `forMs`: how long in all.
 */
export const stallWithin = (
  { stalls, bounds }: Pick<History, 'stalls' | 'bounds'>,
  from: Ms,
  to: Ms,
): Pick<Stall, 'forMs'> | undefined => {
  const timeout = bounds.electionTimeoutMsMax;
  const spans = unionOf(stalls.filter(({ at, forMs }) => at >= from && at - forMs <= to));
  for (const first of spans) {
    const until = Math.max(first.to, first.from + timeout);
    let forMs = 0;
    for (const span of spans)
      if (span.from >= first.from) forMs += Math.max(0, Math.min(span.to, until) - span.from);
    if (forMs > timeout / 2) return { forMs };
  }
  return undefined;
};

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
