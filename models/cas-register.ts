import { canonical, show } from './canonical.ts';
import type { Model, PartCall } from './model.ts';
import { observedValues, type ValueUse } from './observed-values.ts';
import type { RegisterInput } from './register.ts';

/** What a client may ask of a register with compare-and-set. */
export type CasRegisterInput<V> =
  RegisterInput<V> | { readonly f: 'cas'; readonly from: V; readonly to: V };

/**
 * A register that also replaces one given value by another. A read answers the value, a
 * compare-and-set answers whether it found `from`: true it did and wrote `to`, false it did not.
 * @param initial what a read answers before any write
 */
export function casRegister<V = unknown>(initial: V): Model<V, CasRegisterInput<V>, V | boolean> {
  return {
    name: 'cas-register',
    init: initial,
    step(state, input, output) {
      switch (input.f) {
        case 'write':
          return [input.value];
        case 'read':
          return output === undefined || canonical(output) === canonical(state) ? [state] : [];
        case 'cas': {
          const found = canonical(state) === canonical(input.from);
          if (output !== undefined && output !== found) return [];
          return [found ? input.to : state];
        }
      }
    },
    key: canonical,
    identify(input, output) {
      switch (input.f) {
        case 'write':
          return `w${canonical(input.value)}`;
        case 'read':
          return output === undefined ? 'r' : `r=${canonical(output)}`;
        case 'cas': {
          const from = String(canonical(input.from));
          return `c${output === undefined ? '?' : String(output)}${from.length}:${from}${canonical(input.to)}`;
        }
      }
    },
    readOnly: (input) => input.f === 'read',
    overwrites: (input) => input.f === 'write',
    viable(calls) {
      const viable = observedValues(calls.map(valueUse));
      return (state, remaining) => viable(canonical(state), remaining);
    },
    answers: (state, input) =>
      input.f === 'read'
        ? [state]
        : input.f === 'cas'
          ? [canonical(state) === canonical(input.from)]
          : [],
    describe(input, output) {
      switch (input.f) {
        case 'write':
          return `write ${show(input.value)}`;
        case 'read':
          return `read${output === undefined ? '' : ` → ${show(output)}`}`;
        case 'cas':
          return `cas ${show(input.from)} ${show(input.to)}${output === false ? ' → another value' : ''}`;
      }
    },
    family: {
      kind: 'register',
      initial: canonical(initial),
      role({ input, output, certain }) {
        switch (input.f) {
          case 'write':
            return { writes: canonical(input.value) };
          case 'read':
            return output === undefined ? {} : { reads: canonical(output) };
          case 'cas':
            // One that found another value, or may have, says what the register was not: no monitor
            // reads that. One that nobody saw end either found it or did not happen.
            return output === true || !certain
              ? { reads: canonical(input.from), writes: canonical(input.to) }
              : undefined;
        }
      },
    },
  };
}

function valueUse<V>({
  input,
  output,
  certain,
}: PartCall<CasRegisterInput<V>, V | boolean>): ValueUse {
  switch (input.f) {
    case 'write':
      return { writes: canonical(input.value) };
    case 'read':
      return certain && output !== undefined ? { needs: canonical(output) } : {};
    case 'cas': {
      const [from, writes] = [canonical(input.from), canonical(input.to)];
      if (output === true && certain) return { needs: from, writes };
      return { mayFind: from, writes, otherwise: output === false };
    }
  }
}
