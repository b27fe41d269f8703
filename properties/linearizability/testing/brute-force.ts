import type { AnyModel, Operation } from '../../../models/model.ts';

/**
 * The definition itself, to compare everything else with: some order of all operations that ended `ok`
 * and of some of the unknown ones keeps real time and is right by the model; where the model tells
 * objects apart, for each of them. Tries every order.
 */
export function isLinearizable(model: AnyModel, operations: readonly Operation[]): boolean {
  const canStart = (one: Operation, rest: readonly Operation[]) =>
    rest.every(({ outcome, returned }) => outcome !== 'ok' || returned! >= one.invoked);
  const ends = (state: unknown, rest: readonly Operation[]): boolean =>
    rest.every(({ outcome }) => outcome !== 'ok') ||
    rest.some((one, at) => {
      if (!canStart(one, rest)) return false;
      const others = rest.toSpliced(at, 1);
      const output = one.outcome === 'ok' ? one.output : undefined;
      return model.step(state, one.input, output).some((next) => ends(next, others));
    });
  const counted = operations.filter(({ outcome }) => outcome !== 'rejected');
  const keys = new Set(counted.map(({ input }) => model.partition?.(input)));
  const objects = keys.has(undefined) ? [undefined] : [...keys];
  return objects.every((key) =>
    ends(
      model.init,
      counted.filter(({ input }) => key === undefined || model.partition?.(input) === key),
    ),
  );
}
