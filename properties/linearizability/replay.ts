import type { AnyModel, Key, Operation } from '../../models/model.ts';

/** One order per part, as positions in the history; operations that had no effect are left out. */
export type Witness = {
  readonly parts: readonly { readonly key: Key | undefined; readonly order: readonly number[] }[];
};

/**
 * Checks a witness without knowing how it was found: every operation that ended `ok` is in it once, no
 * rejected one is, nothing comes after what was invoked only once it had returned, and the model
 * allows every answer. Answers what is wrong, or undefined.
 */
export function replay(
  model: AnyModel,
  operations: readonly Operation[],
  witness: Witness,
): string | undefined {
  const placed = new Set<number>();
  for (const { order } of witness.parts) {
    let states: readonly unknown[] = [model.init];
    let latest = -Infinity;
    for (const index of order) {
      const { input, output, outcome, invoked, returned } = operations[index]!;
      if (placed.has(index)) return `operation ${index} is placed twice`;
      placed.add(index);
      if (outcome === 'rejected') return `operation ${index} was rejected`;
      if (outcome === 'ok' && returned! < latest) return `operation ${index} comes too late`;
      latest = Math.max(latest, invoked);
      const answer = outcome === 'ok' ? output : undefined;
      const next = states.flatMap((state) => model.step(state, input, answer));
      states = [...new Map(next.map((state) => [model.key(state), state])).values()];
      if (states.length === 0) return `operation ${index} cannot have been answered so`;
    }
  }
  const missing = operations.findIndex(
    ({ outcome }, index) => outcome === 'ok' && !placed.has(index),
  );
  return missing === -1 ? undefined : `operation ${missing} is missing`;
}
