import type { Property, Verdict } from '../../harness/core/property.ts';
import { chronicleOf, type Chronicle, type Said } from '../chronicle.ts';
import { broken, held, moment, unknown, untested } from '../verdicts.ts';
import { nameOfMember } from './elections.ts';

/**
 * A manager that was restarted still knows for whom it voted: term and vote are on stable storage before anybody hears of them. One that
 * forgets need not make two leaders, as long as the others vote well; it is the same fault, met far more often.
 * @source Ongaro & Ousterhout, In Search of an Understandable Consensus Algorithm (extended), figure 2: currentTerm and votedFor are
 * persistent, updated on stable storage before responding to RPCs; §5.2: a server votes for at most one candidate in a given term.
 */
export const votesSurviveRestarts: Property = {
  name: 'votes-survive-restarts',
  kind: 'safety',
  guarantee:
    'Each server will vote for at most one candidate in a given term, also when it was restarted in between: its vote is on stable storage before anybody hears of it.',
  source:
    'Ongaro & Ousterhout, In Search of an Understandable Consensus Algorithm (extended), §5.2, figure 2',
  judge(history) {
    const chronicle = chronicleOf(history);
    const first = new Map<string, Said<'vote'>>();
    for (const vote of chronicle.votes) {
      const key = `${vote.term} ${vote.raftId}`;
      const before = first.get(key);
      if (before === undefined) first.set(key, vote);
      else if (before.candidate !== vote.candidate && before.boot !== vote.boot)
        return forgot(chronicle, before, vote);
    }
    if (first.size === 0) return unknown('no node said for whom it votes');
    const restarted = restartedVoters(chronicle);
    return restarted > 0
      ? held(`managers that had voted were restarted (${restarted}) and did not forget it`)
      : untested('no manager that had voted was started again');
  },
};

/** How often a manager that had voted was started again. */
const restartedVoters = ({ boots }: Chronicle): number =>
  boots.filter(
    ({ node, number }) =>
      number > 0 &&
      boots.some(
        (earlier) =>
          earlier.node === node &&
          earlier.number < number &&
          earlier.said.some(({ kind }) => kind === 'vote'),
      ),
  ).length;

const forgot = (
  { boots, roles }: Chronicle,
  first: Said<'vote'>,
  second: Said<'vote'>,
): Verdict => {
  const { node, term, raftId } = second;
  const nameOf = nameOfMember(roles);
  const whom = ({ candidate }: Said<'vote'>): string =>
    candidate === raftId ? 'itself' : nameOf(candidate);
  const again = boots.find((boot) => boot.node === node && boot.boot === second.boot);
  return broken(
    `${node} forgets its vote: in term ${term} it votes for ${whom(first)}, and after a restart for ${whom(second)}`,
    [
      moment(first.at, node, `${node} votes for ${whom(first)} in term ${term}`),
      moment(again?.said[0]?.at ?? second.at, node, `${node} has started again`),
      moment(second.at, node, `${node} votes for ${whom(second)} in the same term`),
    ],
  );
};
