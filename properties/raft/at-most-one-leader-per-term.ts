import type { Property } from '../../harness/core/property.ts';
import { chronicleOf, type Said } from '../chronicle.ts';
import { broken, held, moment, seconds, unknown, untested } from '../verdicts.ts';

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
    const { roles } = chronicleOf(history);
    const leaders = new Map<number, Said<'role'>>();
    for (const said of roles) {
      if (said.role !== 'leader') continue;
      const first = leaders.get(said.term);
      if (first === undefined) leaders.set(said.term, said);
      else if (first.raftId !== said.raftId || first.node !== said.node) return twice(first, said);
    }
    if (leaders.size === 0) return unknown('no node said that it leads');
    return leaders.size > 1
      ? held(`${leaders.size} terms had a leader, each of them one`)
      : untested('nobody but the first leader was ever elected');
  },
};

const twice = (first: Said<'role'>, second: Said<'role'>) =>
  broken(
    `term ${second.term} has two leaders: ${first.node} from ${seconds(first.at)}, ${second.node} from ${seconds(second.at)}`,
    [
      moment(first.at, first.node, `${first.node} leads term ${first.term}`),
      moment(second.at, second.node, `${second.node} leads term ${second.term} too`),
    ],
  );
