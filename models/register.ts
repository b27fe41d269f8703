import { canonical, show } from './canonical.ts';
import type { Model } from './model.ts';
import { observedValues } from './observed-values.ts';

/** What a client may ask of a register. */
export type RegisterInput<V> = { readonly f: 'read' } | { readonly f: 'write'; readonly value: V };

/**
 * One value that is overwritten as a whole.
 * @param initial what a read answers before any write
 */
export function register<V = unknown>(initial: V): Model<V, RegisterInput<V>, V> {
  return {
    name: 'register',
    init: initial,
    step(state, input, output) {
      if (input.f === 'write') return [input.value];
      return output === undefined || canonical(output) === canonical(state) ? [state] : [];
    },
    key: canonical,
    identify: (input, output) =>
      input.f === 'write' ? `w${canonical(input.value)}` : `r${seen(output)}`,
    readOnly: (input) => input.f === 'read',
    overwrites: (input) => input.f === 'write',
    viable(calls) {
      const viable = observedValues(
        calls.map(({ input, output, certain }) => {
          if (input.f === 'write') return { writes: canonical(input.value) };
          return certain && output !== undefined ? { needs: canonical(output) } : {};
        }),
      );
      return (state, remaining) => viable(canonical(state), remaining);
    },
    answers: (state, input) => (input.f === 'read' ? [state] : []),
    describe: (input, output) =>
      input.f === 'write'
        ? `write ${show(input.value)}`
        : `read${output === undefined ? '' : ` → ${show(output)}`}`,
    family: {
      kind: 'register',
      initial: canonical(initial),
      role({ input, output }) {
        if (input.f === 'write') return { writes: canonical(input.value) };
        return output === undefined ? {} : { reads: canonical(output) };
      },
    },
  };
}

/** Tells an answer that nobody saw from every answer that somebody saw; a number from its text. */
function seen(output: unknown): string {
  return output === undefined ? '' : `=${canonical(output)}`;
}
