import { canonical, show } from './canonical.ts';
import type { Family, Key, Model, PartCall } from './model.ts';

/** A call of one of many like objects. */
export type KeyedInput<I> = { readonly key: Key; readonly call: I };

/** Many objects of one model, told apart by a key; no call spans two of them. */
export function keyed<S, I, O>(model: Model<S, I, O>): Model<S, KeyedInput<I>, O> {
  const { viable, family, readOnly, observes, overwrites, answers, identify } = model;
  return {
    name: model.name,
    init: model.init,
    step: (state, input, output) => model.step(state, input.call, output),
    key: (state) => model.key(state),
    partition: (input) => canonical(input.key),
    describe: (input, output) =>
      `${show(input.key)}: ${model.describe?.(input.call, output) ?? show(input.call)}`,
    // Calls of one part share its key.
    identify: (input, output) => identify?.(input.call, output) ?? canonical([input.call, output]),
    ...(readOnly === undefined ? {} : { readOnly: (input) => readOnly(input.call) }),
    ...(observes === undefined ? {} : { observes: (input) => observes(input.call) }),
    ...(overwrites === undefined ? {} : { overwrites: (input) => overwrites(input.call) }),
    ...(answers === undefined ? {} : { answers: (state, input) => answers(state, input.call) }),
    ...(viable === undefined ? {} : { viable: (calls) => viable(calls.map(unkeyed)) }),
    ...(family === undefined ? {} : { family: keyedFamily(family) }),
  };
}

function unkeyed<I, O>({ input, output, certain }: PartCall<KeyedInput<I>, O>): PartCall<I, O> {
  return { input: input.call, output, certain };
}

function keyedFamily<I, O>(family: Family<I, O>): Family<KeyedInput<I>, O> {
  switch (family.kind) {
    case 'register':
      return { ...family, role: (call) => family.role(unkeyed(call)) };
    case 'text':
      return {
        ...family,
        roles: (calls) => family.roles(calls.map(unkeyed)),
      };
    case 'set':
      return { ...family, role: (call) => family.role(unkeyed(call)) };
    case 'queue':
      return { ...family, role: (call) => family.role(unkeyed(call)) };
  }
}
