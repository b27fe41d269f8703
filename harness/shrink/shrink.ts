import fc from 'fast-check';
import type { Ms } from '../core/cluster.ts';
import type { Schedule, ScheduleEntry } from '../core/schedule.ts';

/** Where fast-check drew a schedule: the same three give the same schedule again. */
export type Origin = {
  readonly arbitrary: fc.Arbitrary<Schedule>;
  readonly seed: number;
  readonly path: string;
};

export type ShrinkGiven = {
  /** The schedule that fails. */
  readonly schedule: Schedule;
  /** `undefined`: a fixed schedule; only its entries can be left out. */
  readonly origin: Origin | undefined;
  /** Whether a schedule breaks the same property. Live worlds answer later, and count k failures of n. */
  readonly stillFails: (schedule: Schedule) => boolean | Promise<boolean>;
  readonly attemptsMax: number;
  readonly forMs: Ms;
  /** Milliseconds of a clock that does not go back. */
  readonly now: () => Ms;
};

export type ShrinkResult = {
  readonly schedule: Schedule;
  /** fast-check's path to it; `undefined` where entries were left out that fast-check's own shrinking kept. */
  readonly path: string | undefined;
  readonly attempts: number;
  /** No smaller candidate was left to try, rather than a limit reached. */
  readonly complete: boolean;
};

/** Counts attempts and says when to stop. */
class Budget {
  attempts = 0;
  readonly #given: ShrinkGiven;
  readonly #until: Ms;

  constructor(given: ShrinkGiven) {
    this.#given = given;
    this.#until = given.now() + given.forMs;
  }

  get spent(): boolean {
    return this.attempts >= this.#given.attemptsMax || this.#given.now() >= this.#until;
  }

  /** `false` without an attempt once the budget is spent. */
  async fails(schedule: Schedule): Promise<boolean> {
    if (this.spent) return false;
    this.attempts += 1;
    return this.#given.stillFails(schedule);
  }
}

/**
 * Makes a failing schedule smaller while it breaks the same property. Where fast-check drew the schedule its own shrinking goes
 * first, which also makes times and targets simpler; then stretches of entries are left out as long as any can be.
 */
export const shrink = async (given: ShrinkGiven): Promise<ShrinkResult> => {
  const budget = new Budget(given);
  const drawn =
    given.origin === undefined
      ? undefined
      : await shrinkDrawn(given.origin, given.schedule, budget);
  const before = drawn?.schedule ?? given.schedule;
  const schedule = await leaveOut(before, budget);
  return {
    schedule,
    path: schedule.length === before.length ? (drawn?.path ?? given.origin?.path) : undefined,
    attempts: budget.attempts,
    complete: !budget.spent,
  };
};

/** fast-check's own shrinking from its path on: the first smaller candidate that still fails is followed. */
const shrinkDrawn = async (
  { arbitrary, seed, path }: Origin,
  known: Schedule,
  budget: Budget,
): Promise<{ readonly schedule: Schedule; readonly path: string } | undefined> => {
  let first = true;
  const property = fc.asyncProperty(arbitrary, async (schedule) => {
    if (first) {
      first = false;
      // What the path leads to is known to fail; if it were something else, nothing that follows would be about this failure.
      return JSON.stringify(schedule) !== JSON.stringify(known);
    }
    return !(await budget.fails(schedule));
  });
  const details = await fc.check(property, { seed, path, numRuns: 1 });
  const [schedule] = details.counterexample ?? [];
  if (schedule === undefined || details.counterexamplePath === null) return undefined;
  return { schedule, path: details.counterexamplePath };
};

/**
 * Delta debugging: leaves out stretches of entries, halving their length, until no single entry can go.
 * @source Zeller & Hildebrandt, Simplifying and Isolating Failure-Inducing Input, 2002, figure 5 (complements only).
 */
const leaveOut = async (schedule: Schedule, budget: Budget): Promise<Schedule> => {
  let kept: readonly ScheduleEntry[] = schedule;
  let length = Math.ceil(kept.length / 2);
  while (length >= 1 && kept.length > 0 && !budget.spent) {
    let removed = false;
    for (let at = 0; at < kept.length;) {
      const without = [...kept.slice(0, at), ...kept.slice(at + length)];
      if (await budget.fails(without)) {
        kept = without;
        removed = true;
      } else at += length;
    }
    if (length > 1) length = Math.ceil(length / 2);
    else if (!removed) break;
  }
  return kept;
};
