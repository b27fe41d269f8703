/** Guarantees as pure functions of a history. */
import type { History } from './history.ts';
import type { Ms, NodeName } from './cluster.ts';

/** One of the two or three moments that broke a guarantee, for a reader who knows nothing of the code. */
export type Moment = {
  readonly at: Ms;
  readonly node: NodeName | undefined;
  readonly text: string;
};

/** `1.204 s  m2 votes for m3`; many texts begin with the node themselves. */
export const momentWords = ({ at, node, text }: Moment, zero: Ms): string => {
  const who = node === undefined || text.startsWith(`${node} `) ? '' : `${node}  `;
  return `${((at - zero) / 1000).toFixed(3)} s  ${who}${text}`;
};

export type Verdict =
  /** `tested`: the run really put the guarantee to the test; `because` says by what, or what was missing for that. */
  | { readonly verdict: 'pass'; readonly tested: boolean; readonly because: string }
  | { readonly verdict: 'fail'; readonly summary: string; readonly moments: readonly Moment[] }
  /** `faulty`: what is missing is a property that works; it threw, or gave no verdict. */
  | { readonly verdict: 'unknown'; readonly missing: string; readonly faulty?: true };

/**
 * A guarantee. Its doc comment and `guarantee` are the words of its source. `judge` answers with one of three verdicts and
 * its evidence; it never throws.
 */
export type Property = {
  /** As `no-split-brain`. */
  readonly name: string;
  readonly kind: 'safety' | 'liveness' | 'reached';
  readonly guarantee: string;
  readonly source: string;
  judge(history: History): Verdict;
};
