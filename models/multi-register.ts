import { byCode, canonical, show } from './canonical.ts';
import type { Key, Model } from './model.ts';

/** One step of a transaction: `r` reads (what it saw is in the answer), `w` writes `value`. */
export type MultiRegisterStep<V> =
  | { readonly f: 'r'; readonly key: Key }
  | { readonly f: 'w'; readonly key: Key; readonly value: V };

/** Steps that happen as one. */
export type MultiRegisterInput<V> = { readonly steps: readonly MultiRegisterStep<V>[] };

/** What each step's read saw, by position; undefined where any value would have been right. */
export type MultiRegisterOutput<V> = readonly (V | undefined)[];

/**
 * Several registers that one call reads and writes at once.
 * @param initial what every register holds before its first write
 */
export function multiRegister<V = unknown>(
  initial: V,
): Model<ReadonlyMap<Key, V>, MultiRegisterInput<V>, MultiRegisterOutput<V>> {
  return {
    name: 'multi-register',
    init: new Map(),
    step(state, { steps }, output) {
      let next = state;
      for (const [at, step] of steps.entries()) {
        if (step.f === 'w') {
          next = new Map(next).set(step.key, step.value);
          continue;
        }
        const saw = output?.[at];
        const held = next.has(step.key) ? next.get(step.key) : initial;
        if (saw !== undefined && canonical(saw) !== canonical(held)) return [];
      }
      return [next];
    },
    key: (state) =>
      [...state]
        .filter(([, value]) => canonical(value) !== canonical(initial))
        .map(([key, value]) => JSON.stringify([key, canonical(value)]))
        .sort(byCode)
        .join(),
    readOnly: ({ steps }) => steps.every((step) => step.f === 'r'),
    answers(state, { steps }) {
      let next = state;
      return [
        steps.map((step) => {
          if (step.f === 'r') return next.has(step.key) ? next.get(step.key) : initial;
          next = new Map(next).set(step.key, step.value);
          return undefined;
        }),
      ];
    },
    describe: ({ steps }, output) =>
      steps
        .map((step, at) =>
          step.f === 'w'
            ? `write ${show(step.key)} ${show(step.value)}`
            : `read ${show(step.key)}${output?.[at] === undefined ? '' : ` → ${show(output[at])}`}`,
        )
        .join(', '),
  };
}
