import type { Ms } from '../core/cluster.ts';
import type { ScheduledOperation } from '../core/schedule.ts';

/** When an operation that waits for the heal is asked, counted from its last confirmation. */
export type Kept = { readonly operation: ScheduledOperation; readonly afterMs: Ms };

/**
 * The operations that are drawn for the time after the injection. A heal takes a while where nodes have to start, and whether a
 * leader returns shows only behind it: so every second of these operations waits for it, and they are spread over the bound.
 */
export type Tail = {
  /** `true`: it waits for the heal. */
  keep(operation: ScheduledOperation): boolean;
  readonly kept: readonly Kept[];
  /** When the last of them is asked; 0 without any. */
  readonly keptMs: Ms;
};

export const createTail = (given: {
  readonly injectMs: Ms;
  readonly settleMs: Ms;
  /** By when a write must be accepted again. */
  readonly returnsMs: Ms;
}): Tail => {
  const { injectMs, settleMs, returnsMs } = given;
  const spread = settleMs > 0 ? Math.max(1, returnsMs / (settleMs / 2)) : 1;
  const kept: Kept[] = [];
  let seen = 0;
  let keptMs = 0;
  return {
    keep(operation) {
      const behind = operation.at - injectMs;
      if (behind < 0) return false;
      seen += 1;
      if (seen % 2 === 1) return false;
      kept.push({ operation, afterMs: behind * spread });
      keptMs = Math.max(keptMs, behind * spread);
      return true;
    },
    kept,
    get keptMs() {
      return keptMs;
    },
  };
};
