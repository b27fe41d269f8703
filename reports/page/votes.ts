import type { Ms, NodeName } from '../../harness/core/cluster.ts';
import type { History } from '../../harness/core/history.ts';

/** A vote with names instead of the ids that nodes have in Raft. */
export type Vote = {
  readonly at: Ms;
  readonly node: NodeName;
  readonly term: number;
  /** Whom it went to; the node itself where it stood. */
  readonly candidate: string;
  /** The node had given another one its vote in this term. */
  readonly again: boolean;
};

export const votesOf = (history: History): readonly Vote[] => {
  const names = new Map<string, NodeName>();
  for (const said of history.observations) {
    if (said.kind === 'role') names.set(said.raftId, said.node);
  }
  const first = new Map<string, string>();
  return history.observations.flatMap((said): readonly Vote[] => {
    if (said.kind !== 'vote') return [];
    const { at, node, term, candidate } = said;
    const ballot = `${said.raftId} ${term}`;
    const before = first.get(ballot);
    if (before === undefined) first.set(ballot, candidate);
    const again = before !== undefined && before !== candidate;
    return [{ at, node, term, candidate: names.get(candidate) ?? candidate, again }];
  });
};

/** `votes for m2 in term 3`. */
export const voteWords = ({ node, term, candidate, again }: Vote): string =>
  `votes for ${candidate === node ? 'itself' : candidate} in term ${term}${again ? ', its second vote in this term' : ''}`;
