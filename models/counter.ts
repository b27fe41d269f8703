import { show } from './canonical.ts';
import type { Model } from './model.ts';

/** What a client may ask of a counter; `by` may be negative. */
export type CounterInput = { readonly f: 'read' } | { readonly f: 'add'; readonly by: number };

/**
 * A number that is added to. An `add` may answer the new value, or nothing.
 * @param initial where it starts
 */
export function counter(initial = 0): Model<number, CounterInput, number> {
  return {
    name: 'counter',
    init: initial,
    step(state, input, output) {
      const next = input.f === 'add' ? state + input.by : state;
      return output === undefined || output === next ? [next] : [];
    },
    key: (state) => state,
    identify: (input, output) => `${input.f === 'add' ? `+${input.by}` : 'r'}=${output ?? ''}`,
    readOnly: (input) => input.f === 'read',
    answers: (state, input) => [input.f === 'add' ? state + input.by : state],
    describe: (input, output) =>
      `${input.f === 'add' ? `add ${input.by}` : 'read'}${output === undefined ? '' : ` → ${show(output)}`}`,
  };
}
