import type { Moment, Property, Verdict } from '../../harness/core/property.ts';
import { chronicleOf, type Chronicle, type Said } from '../chronicle.ts';
import { listed } from '../deeds-in-words.ts';
import { broken, held, moment, unknown, untested } from '../verdicts.ts';
import { electionInShort } from './elections.ts';
import { leadershipsOf, type Leadership } from './leaderships.ts';

/**
 * Whoever comes to lead has all that the leaders of earlier terms committed: voters refuse a candidate whose log lacks what theirs
 * has. What a leader lacks it makes others overwrite; that it lacks it is seen before anything is lost.
 * @source Ongaro & Ousterhout, In Search of an Understandable Consensus Algorithm (extended), §5.4, figure 3.
 */
export const leaderCompleteness: Property = {
  name: 'leader-completeness',
  kind: 'safety',
  guarantee:
    'Leader Completeness: if a log entry is committed in a given term, then that entry will be present in the logs of the leaders for all higher-numbered terms.',
  source:
    'Ongaro & Ousterhout, In Search of an Understandable Consensus Algorithm (extended), §5.4, figure 3',
  judge(history) {
    const chronicle = chronicleOf(history);
    const leaderships = leadershipsOf(chronicle);
    if (leaderships.length === 0) return unknown('no node said that it leads');
    if (leaderships.every(({ said }) => said.lastIndex === undefined))
      return unknown('no leader said what its log held when it was elected');
    let compared = 0;
    for (const { said } of leaderships.toSorted((a, b) => a.said.term - b.said.term)) {
      const earlier = furthest(leaderships.filter((other) => other.said.term < said.term));
      if (earlier === undefined || said.lastIndex === undefined) continue;
      if (said.lastIndex < earlier.committed.index) return incomplete(chronicle, said, earlier);
      compared += 1;
    }
    return compared > 0
      ? held(`every leader had all that was committed in earlier terms (${compared})`)
      : untested('nobody was elected after another leader had committed anything');
  },
};

type Committed = Leadership & { readonly committed: Said<'commit'> };

/** The one that committed most of them all. */
const furthest = (leaderships: readonly Leadership[]): Committed | undefined =>
  leaderships
    .flatMap(({ committed, ...of }) => (committed === undefined ? [] : [{ ...of, committed }]))
    .toSorted((a, b) => b.committed.index - a.committed.index)[0];

const incomplete = (
  chronicle: Chronicle,
  said: Said<'role'>,
  { said: by, committed: last }: Committed,
): Verdict => {
  const { at, node, term, lastIndex = 0 } = said;
  const earlier = [
    moment(by.at, by.node, `${by.node} leads term ${by.term}`),
    moment(last.at, last.node, `${last.node} has committed entry ${last.index}`),
  ];
  return broken(
    `${node} leads term ${term} with a log up to entry ${lastIndex}, and entry ${last.index} was committed in term ${by.term}`,
    [
      ...earlier,
      ...electionInShort(chronicle, said),
      ...votersWithMore(chronicle, said, last.index),
      moment(at, node, `${node} has a log that ends with entry ${lastIndex}`),
    ],
  );
};

/** Who voted for it with a log that has the entry, as far as they said so in that term: they should have refused. */
const votersWithMore = (
  { roles, votes }: Chronicle,
  { node, term, raftId }: Said<'role'>,
  index: number,
): readonly Moment[] => {
  const given = votes.filter(
    (vote) => vote.term === term && vote.candidate === raftId && vote.raftId !== raftId,
  );
  const more = given.filter((vote) =>
    roles.some(
      (role) =>
        role.raftId === vote.raftId &&
        role.boot === vote.boot &&
        role.term === term &&
        (role.lastIndex ?? 0) >= index,
    ),
  );
  const [first] = more;
  if (first === undefined) return [];
  const names = listed(more.map((vote) => vote.node).sort());
  const text =
    more.length === 1
      ? `${names} votes for ${node}, although its own log has entry ${index}`
      : `${names} vote for ${node}, although their own logs have entry ${index}`;
  return [moment(first.at, first.node, text)];
};
