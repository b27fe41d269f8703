import { counted } from '../../harness/core/figures.ts';
import type { Property, Verdict } from '../../harness/core/property.ts';
import { chronicleOf, type Chronicle, type Said } from '../chronicle.ts';
import { broken, held, moment, unknown, untested } from '../verdicts.ts';
import { nameOfMember } from './elections.ts';
import { leadershipsOf, nobodyWasElected } from './leaderships.ts';

/**
 * No member votes for two candidates of one term while it runs. Two leaders come of it only where both candidates have all the votes
 * they need, which is rare; the second vote itself is not. Votes before and after a restart are what `votes-survive-restarts` judges.
 * @source Ongaro & Ousterhout, In Search of an Understandable Consensus Algorithm (extended), §5.2.
 */
export const oneVotePerTerm: Property = {
  name: 'one-vote-per-term',
  kind: 'safety',
  guarantee:
    'Each server will vote for at most one candidate in a given term, on a first-come-first-served basis.',
  source:
    'Ongaro & Ousterhout, In Search of an Understandable Consensus Algorithm (extended), §5.2',
  judge(history) {
    const chronicle = chronicleOf(history);
    const first = new Map<string, Said<'vote'>>();
    for (const vote of chronicle.votes) {
      const key = `${vote.term} ${vote.boot} ${vote.raftId}`;
      const before = first.get(key);
      if (before === undefined) first.set(key, vote);
      else if (before.candidate !== vote.candidate) return votedTwice(chronicle, before, vote);
    }
    if (first.size === 0)
      return nobodyWasElected(leadershipsOf(chronicle))
        ? untested('nobody but a manager on its own came to lead')
        : unknown('no node said for whom it votes');
    const others = [...first.values()].filter(({ candidate, raftId }) => candidate !== raftId);
    return others.length > 0
      ? held(`${counted(others.length, 'vote')} given to others, by each member one a term`)
      : untested('no member voted for another one');
  },
};

const votedTwice = ({ roles }: Chronicle, first: Said<'vote'>, second: Said<'vote'>): Verdict => {
  const { node, term, raftId } = second;
  const nameOf = nameOfMember(roles);
  const whom = ({ candidate }: Said<'vote'>): string =>
    candidate === raftId ? 'itself' : nameOf(candidate);
  const standing = [first, second].flatMap(({ candidate }) => {
    const said = roles.find(
      (role) => role.role === 'candidate' && role.term === term && role.raftId === candidate,
    );
    return said === undefined || candidate === raftId
      ? []
      : [moment(said.at, said.node, `${said.node} asks for votes in term ${term}`)];
  });
  return broken(
    `${node} votes twice in term ${term}: for ${whom(first)}, then for ${whom(second)}`,
    [
      ...[
        ...standing,
        moment(first.at, node, `${node} votes for ${whom(first)} in term ${term}`),
        moment(
          second.at,
          node,
          `${node} votes for ${whom(second)}  ← its second vote in term ${term}`,
        ),
      ].sort((a, b) => a.at - b.at),
    ],
  );
};
