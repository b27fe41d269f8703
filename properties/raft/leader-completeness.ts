import type { Property, Verdict } from '../../harness/core/property.ts';
import { chronicleOf, type Chronicle, type Said } from '../chronicle.ts';
import { broken, held, moment, unknown, untested } from '../verdicts.ts';
import { electionStory } from './elections.ts';
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
    let most: Committed | undefined;
    for (const leadership of leaderships.toSorted((a, b) => a.said.term - b.said.term)) {
      const { said } = leadership;
      if (most !== undefined && most.by.term < said.term && said.lastIndex !== undefined) {
        if (said.lastIndex < most.last.index) return incomplete(chronicle, said, most);
        compared += 1;
      }
      most = furthest(most, leadership);
    }
    return compared > 0
      ? held(`every leader had all that was committed in earlier terms (${compared})`)
      : untested('nobody was elected after another leader had committed anything');
  },
};

/** How far commit came in a term. */
type Committed = { readonly by: Said<'role'>; readonly last: Said<'commit'> };

const furthest = (
  before: Committed | undefined,
  { said: by, committed: last }: Leadership,
): Committed | undefined =>
  last === undefined || (before !== undefined && before.last.index >= last.index)
    ? before
    : { by, last };

const incomplete = (chronicle: Chronicle, said: Said<'role'>, { by, last }: Committed): Verdict => {
  const { at, node, term, lastIndex = 0 } = said;
  const earlier = [
    moment(by.at, by.node, `${by.node} leads term ${by.term}`),
    moment(last.at, last.node, `${last.node} has committed entry ${last.index}`),
  ];
  return broken(
    `${node} leads term ${term} with a log up to entry ${lastIndex}, and entry ${last.index} was committed in term ${by.term}`,
    [
      ...[...earlier, ...electionStory(chronicle, [said])].sort((a, b) => a.at - b.at),
      moment(at, node, `${node} has a log that ends with entry ${lastIndex}`),
    ],
  );
};
