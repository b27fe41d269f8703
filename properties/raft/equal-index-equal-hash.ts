import type { Property, Verdict } from '../../harness/core/property.ts';
import { chronicleOf, type Chronicle, type Said } from '../chronicle.ts';
import { broken, held, moment, unknown, untested } from '../verdicts.ts';

/**
 * State Machine Safety: if a server has applied a log entry at a given index to its state machine, no other server will ever
 * apply a different log entry for the same index. Every advance of commit carries a rolling hash of all entries up to it, also
 * through snapshots, so equal indexes must have equal hashes.
 * @source Ongaro & Ousterhout, In Search of an Understandable Consensus Algorithm (extended), §5.4.3, figure 3.
 */
export const equalIndexEqualHash: Property = {
  name: 'equal-index-equal-hash',
  kind: 'safety',
  guarantee:
    'State Machine Safety: if a server has applied a log entry at a given index to its state machine, no other server will ever apply a different log entry for the same index.',
  source:
    'Ongaro & Ousterhout, In Search of an Understandable Consensus Algorithm (extended), §5.4.3, figure 3',
  judge(history) {
    const chronicle = chronicleOf(history);
    const { difference, shared } = compareHashes(chronicle);
    if (difference !== undefined) return difference;
    if (chronicle.commits.length === 0) return unknown('no node said what it committed');
    return shared > 0
      ? held(`${shared} indexes were committed by several managers, with the same hash by each`)
      : untested('no index was committed by more than one manager');
  },
};

type Commit = Said<'commit'>;

/** Finds two nodes that committed different entries; `shared` counts the comparisons that could be made. */
export const compareHashes = ({
  commits,
}: Chronicle): { readonly difference: Verdict | undefined; readonly shared: number } => {
  const first = new Map<number, Commit>();
  let shared = 0;
  for (const commit of commits) {
    const known = first.get(commit.index);
    if (known === undefined) first.set(commit.index, commit);
    else if (known.hash !== commit.hash) return { difference: differs(known, commit), shared };
    else shared += 1;
  }
  return { difference: undefined, shared };
};

const hexadecimal = (hash: number): string => (hash >>> 0).toString(16).padStart(8, '0');

const committed = ({ at, node, index, hash }: Commit) =>
  moment(at, node, `${node} has committed up to ${index}, with the hash ${hexadecimal(hash)}`);

const differs = (a: Commit, b: Commit): Verdict =>
  broken(
    a.node === b.node
      ? `${a.node} committed two different logs up to index ${a.index}`
      : `${a.node} and ${b.node} committed different logs up to index ${a.index}`,
    [committed(a), committed(b)],
  );
