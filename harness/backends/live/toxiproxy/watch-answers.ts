import type { Ms } from '../../../core/cluster.ts';

const periodMs: Ms = 250;
/** Shorter ones are everyday. */
const stallMsMin: Ms = 100;

/**
 * Notices proxies that stand still while we do not, as all links do then, by asking them over and over. `stalled`: the answer took so
 * long. `broken`: there was none in the time that `ask` gives itself, and nobody asks any more. The signal aborts with the watch.
 */
export const watchAnswers = (
  ask: (signal: AbortSignal) => Promise<unknown>,
  on: { stalled(forMs: Ms): void; broken(thrown: unknown): void },
): Disposable => {
  const over = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const askLater = (): void => {
    timer = setTimeout(() => void askNow(), periodMs);
    timer.unref();
  };
  const askNow = async (): Promise<void> => {
    const from = performance.now();
    try {
      await ask(over.signal);
    } catch (thrown) {
      if (!over.signal.aborted) on.broken(thrown);
      return;
    }
    if (over.signal.aborted) return;
    const forMs = performance.now() - from;
    if (forMs >= stallMsMin) on.stalled(forMs);
    askLater();
  };
  askLater();
  return {
    [Symbol.dispose]: () => {
      over.abort();
      clearTimeout(timer);
    },
  };
};
