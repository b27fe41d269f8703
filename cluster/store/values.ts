/** Plain values: compared and frozen as a whole. */

/** Whether two JSON-like values say the same; the order of keys and absent against `undefined` make no difference. */
export const sameValue = (left: unknown, right: unknown): boolean => {
  if (left === right) return true;
  if (typeof left !== 'object' || typeof right !== 'object') return false;
  if (left === null || right === null) return false;
  if (Array.isArray(left)) {
    return (
      Array.isArray(right) &&
      left.length === right.length &&
      left.every((item, at) => sameValue(item, right[at]))
    );
  }
  if (Array.isArray(right)) return false;
  const before = left as Readonly<Record<string, unknown>>;
  const after = right as Readonly<Record<string, unknown>>;
  for (const key in before) if (!sameValue(before[key], after[key])) return false;
  for (const key in after) {
    if (after[key] !== undefined && before[key] === undefined) return false;
  }
  return true;
};

/** Freezes a value and what it holds, down to parts that are frozen already. */
export const frozen = <T>(value: T): T => {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  if (Array.isArray(value)) for (const item of value) frozen(item as unknown);
  else for (const key in value) frozen(value[key]);
  return value;
};
