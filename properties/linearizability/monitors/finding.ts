import type { Meter } from '../limits.ts';
import type { Part } from '../part.ts';
import { ranking } from '../ranking.ts';

/**
 * What a monitor found. `order` holds members of the part; `by` is the rank of a return such that
 * already what was seen up to it is wrong. A monitor whose conditions do not hold finds `undefined`.
 */
export type Finding =
  | { readonly verdict: 'pass'; readonly order: readonly number[] }
  | { readonly verdict: 'fail'; readonly by: number }
  | { readonly verdict: 'stopped' };

/**
 * Adds calls that any state allows to an order of the others, each right after the last one that
 * returned before its invocation.
 */
export function withUnconstrained(
  part: Part,
  { order, free }: { readonly order: readonly number[]; readonly free: readonly number[] },
  meter: Meter,
): readonly number[] {
  if (free.length === 0) return order;
  const byReturn = ranking(
    Int32Array.from(order, (member) => part.returned[member]!),
    meter,
  );
  const after: number[][] = Array.from({ length: order.length + 1 }, () => []);
  let next = 0;
  let last = 0;
  // Members are in the order of their invocations, and so is `free`.
  for (const member of free) {
    const invoked = part.invoked[member]!;
    while (next < order.length && returnedAt(part, order, byReturn[next]!) < invoked) {
      last = Math.max(last, byReturn[next]! + 1);
      next += 1;
    }
    after[last]!.push(member);
  }
  return after.flatMap((members, at) => (at === 0 ? members : [order[at - 1]!, ...members]));
}

function returnedAt(part: Part, order: readonly number[], at: number): number {
  return part.returned[order[at]!]!;
}
