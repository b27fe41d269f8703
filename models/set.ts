import { byCode, canonical, show } from './canonical.ts';
import type { Key, Model, PartCall, Viability } from './model.ts';

/** What a client may ask of a set: `read` answers all of it, `contains` whether one element is in it. */
export type SetInput<V> =
  | { readonly f: 'add'; readonly value: V }
  | { readonly f: 'remove'; readonly value: V }
  | { readonly f: 'contains'; readonly value: V }
  | { readonly f: 'read' };

/** `add` and `remove` may answer whether they changed anything. */
export type SetOutput<V> = boolean | readonly V[];

/** The canonical keys of the elements, in the order of their texts. */
export type SetState = readonly Key[];

/**
 * Elements without order or repetition.
 * @param initial what is in it at first
 */
export function set<V = unknown>(
  initial: readonly V[] = [],
): Model<SetState, SetInput<V>, SetOutput<V>> {
  return {
    name: 'set',
    init: initial.map(canonical).reduce<SetState>(including, []),
    step(state, input, output) {
      switch (input.f) {
        case 'add':
          return changed(state, including(state, canonical(input.value)), output);
        case 'remove':
          return changed(state, excluding(state, canonical(input.value)), output);
        case 'contains': {
          const has = state.includes(canonical(input.value));
          return output === undefined || output === has ? [state] : [];
        }
        case 'read':
          return output === undefined || stateKey(elements(output)) === stateKey(state)
            ? [state]
            : [];
      }
    },
    key: stateKey,
    identify(input, output) {
      if (input.f !== 'read')
        return `${input.f[0] ?? ''}${String(output)}${canonical(input.value)}`;
      return output === undefined ? '?' : `=${stateKey(elements(output))}`;
    },
    partition: (input) => (input.f === 'read' ? undefined : canonical(input.value)),
    readOnly: (input) => input.f === 'read' || input.f === 'contains',
    viable: readsStayReachable,
    answers(state, input) {
      if (input.f === 'contains') return [state.includes(canonical(input.value))];
      return input.f === 'read' ? [state.map(bare) as V[]] : [];
    },
    describe(input, output) {
      const call = input.f === 'read' ? 'read' : `${input.f} ${show(input.value)}`;
      if (output === undefined) return call;
      return `${call} → ${Array.isArray(output) ? `#{${output.map(show).join(' ')}}` : show(output)}`;
    },
    family: {
      kind: 'set',
      emptyAtFirst: initial.length === 0,
      role({ input, output }) {
        if (input.f === 'read') return output === undefined ? {} : { sees: elements(output) };
        const value = canonical(input.value);
        if (input.f === 'contains' && typeof output === 'boolean') {
          return output ? { has: value } : { lacks: value };
        }
        if (input.f === 'contains') return output === undefined ? {} : undefined;
        // An update that changed nothing is a read of another kind; no monitor reads that.
        if (output !== undefined && output !== true) return undefined;
        return input.f === 'add' ? { adds: value } : { removes: value };
      },
    },
  };
}

function changed(before: SetState, after: SetState, output: unknown): readonly SetState[] {
  return output === undefined || output === (before !== after) ? [after] : [];
}

function including(state: SetState, key: Key): SetState {
  return state.includes(key) ? state : [...state, key].sort(byText);
}

function excluding(state: SetState, key: Key): SetState {
  return state.includes(key) ? state.filter((other) => other !== key) : state;
}

function elements(output: unknown): SetState {
  return Array.isArray(output) ? [...new Set(output.map(canonical))].sort(byText) : [];
}

function byText(a: Key, b: Key): number {
  return byCode(String(a), String(b)) || byCode(typeof a, typeof b);
}

function stateKey(state: SetState): string {
  return JSON.stringify(state);
}

/** The element behind a canonical key, as far as one can tell: texts lose their mark. */
function bare(key: Key): Key {
  return typeof key === 'string' && key.startsWith("'") ? key.slice(1) : key;
}

/**
 * A remaining read of the whole set needs every element that it saw and no other: what it lacks must
 * be removable, what it has and the state lacks must be addable, by calls that remain.
 */
function readsStayReachable<V>(
  calls: readonly PartCall<SetInput<V>, SetOutput<V>>[],
): Viability<SetState> {
  const reads: { index: number; saw: ReadonlySet<Key> }[] = [];
  const updates = { add: new Map<Key, number[]>(), remove: new Map<Key, number[]>() };
  calls.forEach(({ input, output, certain }, index) => {
    if (input.f === 'read' && certain && output !== undefined) {
      reads.push({ index, saw: new Set(elements(output)) });
    }
    if (input.f === 'add' || input.f === 'remove') {
      const key = canonical(input.value);
      const list = updates[input.f].get(key);
      if (list === undefined) updates[input.f].set(key, [index]);
      else list.push(index);
    }
  });
  return (state, remaining) => {
    const left = (list: number[] | undefined) =>
      list?.some((index) => remaining.has(index)) ?? false;
    for (const { index, saw } of reads) {
      if (index < remaining.from || !remaining.has(index)) continue;
      let common = 0;
      for (const key of state) {
        if (saw.has(key)) common += 1;
        else if (!left(updates.remove.get(key))) return false;
      }
      if (common === saw.size) continue;
      for (const key of saw) {
        if (!state.includes(key) && !left(updates.add.get(key))) return false;
      }
    }
    return true;
  };
}
