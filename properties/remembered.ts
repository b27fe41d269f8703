import type { History } from '../harness/core/history.ts';

/** The same function, which works each history out once, for as long as anybody holds it. */
export const remembered = <T extends object>(
  of: (history: History) => T,
): ((history: History) => T) => {
  const known = new WeakMap<History, T>();
  return (history) => {
    const already = known.get(history);
    if (already !== undefined) return already;
    const made = of(history);
    known.set(history, made);
    return made;
  };
};
