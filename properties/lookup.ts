/** What properties ask of a history again and again, from indexes that are made once: a run of an hour has as many questions as operations. */
import type { Ms, NodeName } from '../harness/core/cluster.ts';
import type { History, Operation } from '../harness/core/history.ts';
import { chronicleOf } from './chronicle.ts';
import { remembered } from './remembered.ts';

type Commits = { readonly times: readonly Ms[]; readonly highest: readonly number[] };

const commitsOf = remembered((history): Commits => {
  const commits = chronicleOf(history).commits.toSorted((a, b) => a.at - b.at);
  let known = 0;
  const highest = commits.map(({ index }) => (known = Math.max(known, index)));
  return { times: commits.map(({ at }) => at), highest };
});

/** The highest index that anybody had said by `time` to be committed; 0 where nobody had said any. */
export const committedBy = (history: History, time: Ms): number => {
  const { times, highest } = commitsOf(history);
  return highest[countUpTo(times, time) - 1] ?? 0;
};

type Asked = { readonly times: readonly Ms[]; readonly operations: readonly Operation[] };

const askedOfNodes = remembered((history): ReadonlyMap<NodeName, Asked> => {
  const sorted = history.operations.toSorted((a, b) => a.invokedAt - b.invokedAt);
  return new Map(
    [...Map.groupBy(sorted, ({ node }) => node)].map(([node, operations]) => [
      node,
      { times: operations.map(({ invokedAt }) => invokedAt), operations },
    ]),
  );
});

/** What was asked of a node within [from, to], in the order in which it was asked. */
export const askedOf = (
  history: History,
  node: NodeName,
  { from, to }: { readonly from: Ms; readonly to: Ms },
): readonly Operation[] => {
  const asked = askedOfNodes(history).get(node);
  if (asked === undefined) return [];
  const { times, operations } = asked;
  return operations.slice(countBelow(times, from), countUpTo(times, to));
};

/** How many of the sorted times are below `time`. */
const countBelow = (times: readonly Ms[], time: Ms): number =>
  partition(times, (each) => each < time);

/** How many of the sorted times are `time` at most. */
const countUpTo = (times: readonly Ms[], time: Ms): number =>
  partition(times, (each) => each <= time);

/** How many hold at the beginning, where all that hold come first. */
const partition = (times: readonly Ms[], holds: (time: Ms) => boolean): number => {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(times[middle] ?? Infinity)) low = middle + 1;
    else high = middle;
  }
  return low;
};
