import type { Key, Remaining, Viability } from './model.ts';

/** With more values than this, looking for a writer of each would cost more than it saves. */
const VALUES_MAX = 64;

/** What a call of a register does with values. */
export type ValueUse = {
  /** The value that it must find; undefined where any will do. */
  readonly needs?: Key | undefined;
  /** A value that it may find, and then it matters. */
  readonly mayFind?: Key | undefined;
  readonly writes?: Key | undefined;
  /** Its answer depends on the value in yet another way. */
  readonly otherwise?: boolean;
};

/**
 * A value that a remaining call must find is either there, or a remaining call can still write it. And
 * a value that no remaining call can find will be overwritten unseen: it might as well be any other such.
 */
export function observedValues(calls: readonly ValueUse[]): Viability<Key> {
  const needers = new Map<Key, number[]>();
  const finders = new Map<Key, number[]>();
  const writers = new Map<Key, number[]>();
  let alwaysSeen = false;
  // The greatest index first: it is the likeliest to remain.
  for (let index = calls.length - 1; index >= 0; index--) {
    const { needs, mayFind, writes, otherwise } = calls[index] ?? {};
    add(needers, needs, index);
    add(finders, needs ?? mayFind, index);
    add(writers, writes, index);
    alwaysSeen ||= otherwise === true;
  }
  const needed = needers.size > VALUES_MAX ? [] : [...needers];
  return (state, remaining) => {
    for (const [value, indexes] of needed) {
      if (value === state || !anyLeft(indexes, remaining)) continue;
      if (!anyLeft(writers.get(value) ?? [], remaining)) return false;
    }
    return alwaysSeen || anyLeft(finders.get(state) ?? [], remaining) ? true : 'blind';
  };
}

function add(to: Map<Key, number[]>, value: Key | undefined, index: number): void {
  if (value === undefined) return;
  const indexes = to.get(value);
  if (indexes === undefined) to.set(value, [index]);
  else indexes.push(index);
}

/** Unknown calls have indexes above those that were seen to end, and may remain although `from` is past. */
function anyLeft(indexes: readonly number[], remaining: Remaining): boolean {
  for (const index of indexes) {
    if (index < remaining.from) return false;
    if (remaining.has(index)) return true;
  }
  return false;
}
