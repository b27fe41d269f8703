import type { History, Observation } from '../../harness/core/history.ts';
import type { Moment, Property, Verdict } from '../../harness/core/property.ts';
import { chronicleOf, type Chronicle, type Said } from '../chronicle.ts';
import { broken, held, moment, unknown, untested } from '../verdicts.ts';
import { nameOfMember } from './elections.ts';
import { leadershipsOf, nobodyWasElected } from './leaderships.ts';

/**
 * A manager that was restarted still knows for whom it voted: term and vote are on stable storage before anybody hears of them. One that
 * forgets need not make two leaders, nor even be asked for its vote again: that it is back in an earlier term is the same fault, met
 * far more often.
 * @source Ongaro & Ousterhout, In Search of an Understandable Consensus Algorithm (extended), figure 2: currentTerm and votedFor are
 * persistent, updated on stable storage before responding to RPCs; §5.2: a server votes for at most one candidate in a given term.
 */
export const votesSurviveRestarts: Property = {
  name: 'votes-survive-restarts',
  kind: 'safety',
  guarantee:
    'Each server will vote for at most one candidate in a given term, also when it was restarted in between: term and vote are on stable storage before anybody hears of the vote, so a restart never takes it back to a term before.',
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
        return forgot(history, chronicle, { first: before, second: vote });
    }
    const returned = returnToEarlierTerm(chronicle);
    if (returned !== undefined) return wentBack(history, chronicle, returned);
    if (first.size === 0)
      return nobodyWasElected(leadershipsOf(chronicle))
        ? untested('nobody but a manager on its own came to lead')
        : unknown('no node said for whom it votes');
    const restarted = restartedVoters(chronicle);
    return restarted > 0
      ? held(`managers that had voted were restarted (${restarted}) and did not forget it`)
      : untested('no manager that had voted was started again');
  },
};

type Return = { readonly vote: Said<'vote'>; readonly role: Said<'role'> };

/** A vote, and the earlier term in which a later boot of the same member was seen. */
const returnToEarlierTerm = ({ boots }: Chronicle): Return | undefined => {
  const latest = new Map<string, Said<'vote'>>();
  for (const { said } of boots) {
    const given: Said<'vote'>[] = [];
    for (const word of said) {
      if (word.kind === 'vote') given.push(word);
      // Whoever is out votes no more, and need not know its term: it may have no log to read it from.
      if (word.kind !== 'role' || word.role === 'none') continue;
      const vote = latest.get(word.raftId);
      if (vote !== undefined && word.term < vote.term) return { vote, role: word };
    }
    for (const vote of given) {
      if (vote.term >= (latest.get(vote.raftId)?.term ?? 0)) latest.set(vote.raftId, vote);
    }
  }
  return undefined;
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

const wentBack = (history: History, { roles }: Chronicle, { vote, role }: Return): Verdict => {
  const { node, term } = vote;
  const whom = choiceOf(vote, roles);
  return broken(
    `${node} forgets its vote: in term ${term} it votes for ${whom}, and after a restart it is in term ${role.term}`,
    [
      moment(vote.at, node, `${node} votes for ${whom} in term ${term}`),
      ...endsBetween(vote, role, history),
      moment(role.at, node, `${node} has started again, and is in term ${role.term}`),
    ],
  );
};

const choiceOf = ({ candidate, raftId }: Said<'vote'>, roles: Chronicle['roles']): string =>
  candidate === raftId ? 'itself' : nameOfMember(roles)(candidate);

/** How a node ended between two of its words: where a kill hit is half of the story. */
const endsBetween = (
  { at: from, node }: Observation,
  { at: to }: Observation,
  { lifecycle }: History,
): readonly Moment[] =>
  lifecycle
    .filter((lived) => lived.node === node && lived.at >= from && lived.at <= to)
    .filter(({ event }) => event === 'killed' || event === 'exited')
    .slice(0, 1)
    .map(({ at, text }) => moment(at, node, `${node} ends: ${text}`));

type Forgotten = { readonly first: Said<'vote'>; readonly second: Said<'vote'> };

const forgot = (
  history: History,
  { boots, roles }: Chronicle,
  { first, second }: Forgotten,
): Verdict => {
  const { node, term } = second;
  const whom = (vote: Said<'vote'>): string => choiceOf(vote, roles);
  const again = boots.find((boot) => boot.node === node && boot.boot === second.boot);
  return broken(
    `${node} forgets its vote: in term ${term} it votes for ${whom(first)}, and after a restart for ${whom(second)}`,
    [
      moment(first.at, node, `${node} votes for ${whom(first)} in term ${term}`),
      ...endsBetween(first, second, history),
      moment(again?.said[0]?.at ?? second.at, node, `${node} has started again`),
      moment(second.at, node, `${node} votes for ${whom(second)} in the same term`),
    ],
  );
};
