import type { AnyModel, Operation } from '../../../models/index.ts';

/**
 * A search without any of the reductions, to compare with on histories too long for the definition:
 * every operation that may come next is tried, and only what was seen before is not tried again.
 * Undefined where it would take more than `configurationsMax`.
 */
export function plainSearch(
  model: AnyModel,
  operations: readonly Operation[],
  configurationsMax: number,
): boolean | undefined {
  const counted = operations.filter(({ outcome }) => outcome !== 'rejected');
  const keys = new Set(counted.map(({ input }) => model.partition?.(input)));
  let unknown = false;
  for (const key of keys.has(undefined) ? [undefined] : keys) {
    const part = counted.filter(
      ({ input }) => key === undefined || model.partition?.(input) === key,
    );
    const right = plainPart(model, part, configurationsMax);
    if (right === false) return false;
    unknown ||= right === undefined;
  }
  return unknown ? undefined : true;
}

function plainPart(
  model: AnyModel,
  operations: readonly Operation[],
  most: number,
): boolean | undefined {
  // One that ended well took place, also where its end is given as infinitely late; only unknown ones may never have.
  const ends = operations.map(({ outcome, returned }) =>
    outcome === 'ok' ? Math.min(returned!, Number.MAX_VALUE) : Infinity,
  );
  const seen = new Set<string>();
  const stack: { done: Uint8Array; state: unknown }[] = [
    { done: new Uint8Array(operations.length), state: model.init },
  ];
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const { done, state } = top;
    const firstEnd = Math.min(...ends.filter((_, at) => done[at] === 0));
    if (firstEnd === Infinity) return true;
    for (let at = operations.length - 1; at >= 0; at--) {
      const { input, output, outcome, invoked } = operations[at]!;
      if (done[at] === 1 || invoked > firstEnd) continue;
      for (const next of model.step(state, input, outcome === 'ok' ? output : undefined)) {
        const now = done.slice();
        now[at] = 1;
        const key = `${now.join('')} ${model.key(next)}`;
        if (seen.has(key)) continue;
        if (seen.size >= most) return undefined;
        seen.add(key);
        stack.push({ done: now, state: next });
      }
    }
  }
  return false;
}
