import { counted } from '../../harness/core/figures.ts';
import type { Property, Verdict } from '../../harness/core/property.ts';
import { chronicleOf, type Said } from '../chronicle.ts';
import { differentMembers } from './equal-index-equal-members.ts';
import { broken, held, moment, unknown, untested } from '../verdicts.ts';

/**
 * Replicated state machines: each log contains the same commands in the same order, and since the state machines are deterministic,
 * each computes the same state. Managers tell a digest of their objects at the same indexes, and of every snapshot that they take or
 * restore: so what a command does, and what a snapshot keeps, is compared between managers and between the boots of one. So are the
 * members whom they know of, where these change.
 * @source Ongaro & Ousterhout, In Search of an Understandable Consensus Algorithm (extended), §2; F. B. Schneider, Implementing
 * Fault-Tolerant Services Using the State Machine Approach (ACM Computing Surveys, 1990).
 */
export const equalIndexEqualState: Property = {
  name: 'equal-index-equal-state',
  kind: 'safety',
  guarantee:
    'Replicated state machines: each log contains the same commands in the same order, and since the state machines are deterministic, each computes the same state: managers that have applied the same index hold the same objects, and know the same members.',
  source:
    'Ongaro & Ousterhout, In Search of an Understandable Consensus Algorithm (extended), §2; Schneider, Implementing Fault-Tolerant Services Using the State Machine Approach',
  judge(history) {
    const { states } = chronicleOf(history);
    const first = new Map<number, State>();
    let shared = 0;
    for (const state of states) {
      const known = first.get(state.index);
      if (known === undefined) first.set(state.index, state);
      else if (known.digest !== state.digest) return differs(known, state);
      else if (known.boot !== state.boot || known.node !== state.node) shared += 1;
    }
    const members = differentMembers(history);
    if (members !== undefined) return members;
    if (states.length === 0) return unknown('no node said what it holds');
    return shared > 0
      ? held(
          `${counted(shared, 'time')} a manager said what it holds where another one, or an earlier boot, had said the same`,
        )
      : untested('no index was applied and told of by more than one manager, or boot');
  },
};

type State = Said<'state'>;

const differs = (a: State, b: State): Verdict =>
  broken(
    (a.node === b.node
      ? `${a.node} had two different states with everything up to index ${a.index} applied`
      : `${a.node} and ${b.node} have different states with everything up to index ${a.index} applied`) +
      whereTheyDiffer(a, b),
    [told(a), told(b)],
  );

/** In which kinds of objects, where that is told. */
const whereTheyDiffer = ({ parts: one }: State, { parts: other }: State): string => {
  if (one === undefined || other === undefined) return '';
  const kinds = Object.keys(one).filter((kind) => one[kind] !== other[kind]);
  return kinds.length === 0 ? '' : `, they differ in the objects of kind ${kinds.join(' and ')}`;
};

const told = ({ at, node, index, digest }: State) =>
  moment(
    at,
    node,
    `${node} has applied everything up to ${index}, and its objects have the digest ${digest}`,
  );
