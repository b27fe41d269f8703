import type { Memory } from '../../../harness/core/target.ts';

const memoryName = 'own values';

/** A value that no other write of a run has: of procedures, which share one memory. A client's is drawn. */
export const ownValue = (memory: Memory): string => {
  const made = ((memory.get(memoryName) as number | undefined) ?? 0) + 1;
  memory.set(memoryName, made);
  return `own-${made}`;
};
