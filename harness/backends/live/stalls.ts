import type { Ms } from '../../core/cluster.ts';

/** Often enough for what is asked of it; each ring wakes the harness, for every cluster that it plays with. */
const periodMs: Ms = 50;
/** Shorter ones are everyday. */
const stallMsMin: Ms = 50;

/**
 * Notices in itself that the machine, or this process, stood still: its timer comes late. Give or take half a period, since nobody
 * knows where between two rings it began.
 */
export const watchStalls = (onStall: (forMs: Ms) => void): Disposable => {
  let expected = performance.now() + periodMs;
  const timer = setInterval(() => {
    const now = performance.now();
    const late = now - expected;
    expected = now + periodMs;
    if (late >= stallMsMin) onStall(late + periodMs / 2);
  }, periodMs);
  timer.unref();
  return {
    [Symbol.dispose]: () => {
      clearInterval(timer);
    },
  };
};
