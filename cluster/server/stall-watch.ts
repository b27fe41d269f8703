import { tickMs } from './limits.ts';

/** Shorter ones are everyday. */
const stallMsMin = 50;

export type StallClock = {
  now(): number;
  /** Processor time of this process so far, its threads included. */
  cpu(): number;
};

const realStallClock: StallClock = {
  now: () => performance.now(),
  cpu: () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1_000;
  },
};

/**
 * Notices that the machine kept this process from running: a tick comes late although the process was not busy meanwhile. A node that
 * is only slow, because it works, has not been kept from anything. Who watches a cluster needs to know: a leader that got no processor
 * loses its followers, and that is no fault of the cluster. All times in milliseconds.
 */
export class StallWatch {
  readonly #clock: StallClock;
  #lastAt: number;
  #cpuAt: number;

  constructor(clock: StallClock = realStallClock) {
    this.#clock = clock;
    this.#lastAt = clock.now();
    this.#cpuAt = clock.cpu();
  }

  /**
   * To be called every `tickMs`. For how long the process was kept from running, where that is worth a word: give or take half a
   * tick, since nobody knows where between two ticks it began.
   */
  tick(): number | undefined {
    const [lastAt, cpuAt] = [this.#lastAt, this.#cpuAt];
    this.#lastAt = this.#clock.now();
    this.#cpuAt = this.#clock.cpu();
    const idleMs = this.#lastAt - lastAt - (this.#cpuAt - cpuAt);
    return idleMs - tickMs >= stallMsMin ? idleMs - tickMs / 2 : undefined;
  }
}
