import type { Ms, NodeName } from '../harness/core/cluster.ts';
import type { Moment, Verdict } from '../harness/core/property.ts';

/** The run really put the guarantee to the test, and it held. */
export const held = (because: string): Verdict => ({ verdict: 'pass', tested: true, because });

/** Nothing spoke against the guarantee, and nothing tried it. */
export const untested = (because: string): Verdict => ({ verdict: 'pass', tested: false, because });

/** A story is told in the order of time, and what is of one time as it is given. */
export const broken = (summary: string, moments: readonly Moment[]): Verdict => ({
  verdict: 'fail',
  summary,
  moments: moments.toSorted((a, b) => a.at - b.at),
});

export const unknown = (missing: string): Verdict => ({ verdict: 'unknown', missing });

export const moment = (at: Ms, node: NodeName | undefined, text: string): Moment => ({
  at,
  node,
  text,
});
