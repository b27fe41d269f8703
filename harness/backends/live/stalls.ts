import type { Ms } from '../../core/cluster.ts';

const periodMs: Ms = 20;
/** Shorter ones are everyday and no property asks for them. */
const stallMsMin: Ms = 50;

/** Notices in itself that the machine, or this process, stood still: its timer comes late. */
export const watchStalls = (onStall: (forMs: Ms) => void): Disposable => {
  let expected = performance.now() + periodMs;
  const timer = setInterval(() => {
    const now = performance.now();
    const late = now - expected;
    expected = now + periodMs;
    if (late >= stallMsMin) onStall(late);
  }, periodMs);
  timer.unref();
  return {
    [Symbol.dispose]: () => {
      clearInterval(timer);
    },
  };
};
