/** Shorter ones are everyday. */
const stallMsMin = 50;
const periodMs = 25;

/**
 * Notices that the machine kept this process from running: a timer that is always due soon rings late although the process was not
 * busy meanwhile. A node that is only slow, because it works, has not been kept from anything. Who watches a cluster needs to know: a
 * leader that got no processor loses its followers, and that is no fault of the cluster.
 */
export class StallWatch {
  readonly #cpuMs: () => number;
  #cpuAt: number;

  /** `cpuMs`: processor time of this process so far, in milliseconds. */
  constructor(cpuMs: () => number) {
    this.#cpuMs = cpuMs;
    this.#cpuAt = cpuMs();
  }

  /** A timer rang so late. For how long the process was kept from running, where that is worth a word. Milliseconds. */
  rang(lateMs: number): number | undefined {
    const cpuAt = this.#cpuMs();
    const busyMs = cpuAt - this.#cpuAt;
    this.#cpuAt = cpuAt;
    const stalledMs = lateMs - busyMs;
    return stalledMs >= stallMsMin ? stalledMs : undefined;
  }
}

/** Of this process, its threads included. */
const processCpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
};

/**
 * Watches this process with a timer of its own: those of the program may be due in a second only, and would sleep through a stall.
 * The answer ends it. The timer keeps no process alive.
 */
export const watchStalls = (onStall: (forMs: number) => void): (() => void) => {
  const watch = new StallWatch(processCpuMs);
  let due = performance.now() + periodMs;
  const timer = setInterval(() => {
    const now = performance.now();
    const forMs = watch.rang(Math.max(0, now - due));
    due = now + periodMs;
    if (forMs !== undefined) onStall(forMs);
  }, periodMs);
  timer.unref();
  return () => {
    clearInterval(timer);
  };
};
