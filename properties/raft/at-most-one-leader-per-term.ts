import { seconds } from '../../harness/core/figures.ts';
import type { Property } from '../../harness/core/property.ts';
import { chronicleOf, type Chronicle, type Said } from '../chronicle.ts';
import { broken, held, unknown, untested } from '../verdicts.ts';
import { electionStory } from './elections.ts';

/**
 * Election Safety: at most one leader can be elected in a given term.
 * @source Ongaro & Ousterhout, In Search of an Understandable Consensus Algorithm (extended), §5.2, figure 3.
 */
export const atMostOneLeaderPerTerm: Property = {
  name: 'at-most-one-leader-per-term',
  kind: 'safety',
  guarantee: 'Election Safety: at most one leader can be elected in a given term.',
  source:
    'Ongaro & Ousterhout, In Search of an Understandable Consensus Algorithm (extended), §5.2, figure 3',
  judge(history) {
    const chronicle = chronicleOf(history);
    const leaders = new Map<number, Said<'role'>>();
    for (const said of chronicle.roles) {
      if (said.role !== 'leader') continue;
      const first = leaders.get(said.term);
      if (first === undefined) leaders.set(said.term, said);
      else if (first.raftId !== said.raftId || first.node !== said.node)
        return twice(chronicle, first, said);
    }
    if (leaders.size === 0) return unknown('no node said that it leads');
    return leaders.size > 1
      ? held(`${leaders.size} terms had a leader, each of them one`)
      : untested('nobody but the first leader was ever elected');
  },
};

const twice = (chronicle: Chronicle, first: Said<'role'>, second: Said<'role'>) =>
  broken(
    `term ${second.term} has two leaders: ${first.node} from ${seconds(first.at)}, ${second.node} from ${seconds(second.at)}`,
    electionStory(chronicle, [first, second]),
  );
