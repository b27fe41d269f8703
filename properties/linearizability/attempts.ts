import type { AnyModel } from '../../models/model.ts';
import { Judging, type Decision, type PartOf } from './decide.ts';
import { GaveUp, type Meter } from './limits.ts';

/** One attempt may look at so much of what is left: where many are in vain, the others have theirs. */
const SHARE = 4;

/**
 * Parts of a failing history judged one after the other, to find out what makes it fail: each for as long as time and
 * configurations last.
 */
export class Attempts {
  readonly #model: AnyModel;
  readonly #meter: Meter;
  #configurations: number;
  /** Milliseconds. */
  #costliest = 0;

  /** @param configurations that all attempts together may look at; without that limit, what they find depends on time alone */
  constructor(model: AnyModel, meter: Meter, configurations = Infinity) {
    this.#model = model;
    this.#meter = meter;
    this.#configurations = configurations;
  }

  /** Whether none should be begun: it would probably not end. */
  get spent(): boolean {
    return this.#configurations < SHARE || !this.#meter.has(this.#costliest);
  }

  /** `unknown` as well where it could not be found out. */
  verdictOf(of: PartOf): Decision['verdict'] {
    if (this.spent) return 'unknown';
    const startedAt = this.#meter.time();
    const verdict = this.#judge(of);
    this.#costliest = Math.max(this.#costliest, this.#meter.time() - startedAt);
    return verdict;
  }

  #judge(of: PartOf): Decision['verdict'] {
    let judging: Judging | undefined;
    try {
      // What it comes to is counted in configurations: so it is a search.
      const tuning = { returnsFirst: false };
      judging = new Judging(this.#model, of, { meter: this.#meter, tuning });
      judging.turn(this.#configurations / SHARE);
      return judging.decision?.verdict ?? 'unknown';
    } catch (error) {
      if (error instanceof GaveUp) return 'unknown';
      throw error;
    } finally {
      this.#configurations -= judging?.search?.steps ?? 0;
      judging?.search?.release();
    }
  }
}
