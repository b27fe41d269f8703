import { canonical, show } from './canonical.ts';
import type { Model } from './model.ts';

/** What a client may ask of a queue. */
export type QueueInput<V> =
  { readonly f: 'enqueue'; readonly value: V } | { readonly f: 'dequeue' };

/** What a dequeue answers: the oldest value, or that there is none. */
export type QueueOutput<V> = { readonly value: V } | { readonly empty: true };

/**
 * First in, first out. A dequeue whose answer nobody saw may have taken a value or found none.
 * @param initial what is in it at first, oldest first
 */
export function queue<V = unknown>(
  initial: readonly V[] = [],
): Model<readonly V[], QueueInput<V>, QueueOutput<V>> {
  return {
    name: 'queue',
    init: initial,
    step(state, input, output) {
      if (input.f === 'enqueue') return [[...state, input.value]];
      const oldest = state[0];
      if (output === undefined) return [state.slice(1)];
      if ('empty' in output) return state.length === 0 ? [state] : [];
      return state.length > 0 && canonical(oldest) === canonical(output.value)
        ? [state.slice(1)]
        : [];
    },
    key: canonical,
    answers: (state, input) =>
      input.f === 'enqueue'
        ? []
        : state.length === 0
          ? [{ empty: true }]
          : [{ value: state[0] as V }],
    describe(input, output) {
      if (input.f === 'enqueue') return `enqueue ${show(input.value)}`;
      if (output === undefined) return 'dequeue';
      return 'empty' in output ? 'dequeue → nothing' : `dequeue → ${show(output.value)}`;
    },
    family: {
      kind: 'queue',
      emptyAtFirst: initial.length === 0,
      role({ input, output }) {
        if (input.f === 'enqueue') return { puts: canonical(input.value) };
        // One whose answer nobody saw may have taken anything: no monitor reads that.
        if (output === undefined) return undefined;
        return 'empty' in output ? { empty: true } : { takes: canonical(output.value) };
      },
    },
  };
}
