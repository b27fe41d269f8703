/** Shorter ones are everyday. */
const stallMsMin = 50;

/**
 * Notices that the machine kept this process from running: a timer rings late although the process was not busy meanwhile.
 * A node that is only slow, because it works, has not been kept from anything. Who watches a cluster needs to know: a leader that
 * got no processor loses its followers, and that is no fault of the cluster.
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
export const processCpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
};
