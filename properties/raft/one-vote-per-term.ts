import type { Property, Verdict } from '../../harness/core/property.ts';
import { chronicleOf, type Chronicle, type Said } from '../chronicle.ts';
import { broken, held, moment, unknown, untested } from '../verdicts.ts';
import { nameOfMember } from './elections.ts';

/**
 * Each server votes for at most one candidate in a given term, whatever happens to it between two requests. A manager that votes twice
 * need not make two leaders, as long as the others vote well; it is the same fault, met far more often.
 * @source Ongaro & Ousterhout, In Search of an Understandable Consensus Algorithm (extended), §5.2; figure 2 (votedFor is persistent).
 */
export const oneVotePerTerm: Property = {
  name: 'one-vote-per-term',
  kind: 'safety',
  guarantee:
    'Each server will vote for at most one candidate in a given term, also when it was restarted in between.',
  source:
    'Ongaro & Ousterhout, In Search of an Understandable Consensus Algorithm (extended), §5.2, figure 2',
  judge(history) {
    const chronicle = chronicleOf(history);
    const given = new Map<string, Map<number, Said<'vote'>>>();
    const terms = new Set<number>();
    for (const vote of chronicle.votes) {
      terms.add(vote.term);
      const own = given.get(vote.raftId) ?? new Map<number, Said<'vote'>>();
      given.set(vote.raftId, own);
      const first = own.get(vote.term);
      if (first === undefined) own.set(vote.term, vote);
      else if (first.candidate !== vote.candidate) return twice(chronicle, first, vote);
    }
    if (terms.size === 0) return unknown('no node said for whom it votes');
    const asked = chronicle.votes.some(({ candidate, raftId }) => candidate !== raftId);
    return asked
      ? held(`${chronicle.votes.length} votes were given in ${terms.size} terms, each of them once`)
      : untested('nobody voted but for itself');
  },
};

const twice = ({ boots, roles }: Chronicle, first: Said<'vote'>, second: Said<'vote'>): Verdict => {
  const { node, term, raftId } = second;
  const nameOf = nameOfMember(roles);
  const whom = ({ candidate }: Said<'vote'>): string =>
    candidate === raftId ? 'itself' : nameOf(candidate);
  const restarted =
    first.boot === second.boot
      ? []
      : boots
          .filter((boot) => boot.node === node && boot.boot === second.boot)
          .map(({ said }) => moment(said[0]?.at ?? second.at, node, `${node} has started again`));
  return broken(
    `${node} votes twice in term ${term}: for ${whom(first)}, then for ${whom(second)}`,
    [
      moment(first.at, node, `${node} votes for ${whom(first)} in term ${term}`),
      ...restarted,
      moment(second.at, node, `${node} votes for ${whom(second)} in the same term`),
    ],
  );
};
