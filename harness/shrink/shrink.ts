import fc from 'fast-check';
import type { Ms } from '../core/cluster.ts';
import type { Schedule, ScheduleEntry } from '../core/schedule.ts';

/** Where fast-check drew a schedule: the same three give the same schedule again. */
export type Origin = {
  readonly arbitrary: fc.Arbitrary<Schedule>;
  readonly seed: number;
  readonly path: string;
};

/** A schedule, how long its faults and its workload go on, and the seed of the chances that it meets, where that is another one. */
export type Candidate = {
  readonly schedule: Schedule;
  readonly injectMs: Ms;
  readonly chanceSeed?: number | undefined;
};

export type ShrinkGiven = Pick<Candidate, 'schedule' | 'injectMs'> & {
  /** The last of the moments that show the failure, in milliseconds of the schedule; infinite where none is named. */
  readonly happenedAt: Ms;
  /** `undefined`: a fixed schedule; its entries can be left out, and nothing of them changed. */
  readonly origin: Origin | undefined;
  /** Seeds of other chances that smaller schedules may need to break the same; none where chances cannot be chosen. */
  readonly otherChances?: readonly number[];
  /** When a candidate breaks the same property, as `happenedAt`; `undefined`: it does not. */
  readonly failsAt: (candidate: Candidate) => Ms | undefined | Promise<Ms | undefined>;
  readonly attemptsMax: number;
  readonly forMs: Ms;
  /** Milliseconds of a clock that does not go back. */
  readonly now: () => Ms;
};

export type ShrinkResult = Candidate & {
  /** fast-check's path to it; `undefined` where it is not what fast-check's own shrinking leads to. */
  readonly path: string | undefined;
  readonly attempts: number;
  /** No smaller candidate was left to try, rather than a limit reached. */
  readonly complete: boolean;
};

/**
 * What is left where faults and workload end at `to`, sooner or later than they did. Operations behind the end are about the healed
 * cluster, and stay behind it.
 */
export const endingAt = ({ schedule, injectMs, chanceSeed }: Candidate, to: Ms): Candidate => ({
  chanceSeed,
  injectMs: to,
  schedule: schedule.flatMap((entry): readonly ScheduleEntry[] => {
    if (entry.at >= injectMs) return [{ ...entry, at: entry.at - injectMs + to }];
    return entry.at < to ? [entry] : [];
  }),
});

/** A run is not made shorter than this by halves. */
const leastMs = 100;

/** Tries candidates, counts them, keeps the last that failed, and says when to stop. */
class Attempts {
  count = 0;
  kept: Candidate & { readonly happenedAt: Ms };
  readonly #given: ShrinkGiven;
  readonly #until: Ms;
  /** It did not fail where it ended right behind its failure. */
  #isNeededBehind = false;

  constructor(given: ShrinkGiven) {
    const { schedule, injectMs, happenedAt } = given;
    this.#given = given;
    this.#until = given.now() + given.forMs;
    this.kept = { schedule, injectMs, happenedAt };
  }

  get spent(): boolean {
    return this.count >= this.#given.attemptsMax || this.#given.now() >= this.#until;
  }

  /** `false` without an attempt once the limits are reached. What fails in its first half is ended there. */
  async fails(candidate: Candidate): Promise<boolean> {
    if (!(await this.#fails(candidate))) return false;
    if (this.kept.happenedAt < this.kept.injectMs / 2) await this.endBehindFailure();
    return true;
  }

  /** Most of a long run is behind its failure, and every attempt with what is before it takes less time. */
  async endBehindFailure(): Promise<void> {
    const behind = Math.max(1, Math.floor(this.kept.happenedAt) + 1);
    if (this.#isNeededBehind || behind >= this.kept.injectMs) return;
    if (!(await this.#fails(endingAt(this.kept, behind)))) this.#isNeededBehind = true;
  }

  async #fails(candidate: Candidate): Promise<boolean> {
    if (this.spent) return false;
    this.count += 1;
    const happenedAt = await this.#given.failsAt(candidate);
    if (happenedAt === undefined) return false;
    this.kept = { ...candidate, happenedAt };
    return true;
  }
}

/**
 * Makes a failing schedule smaller while it breaks the same property. First it ends where the failure shows. Where fast-check drew
 * the schedule its own shrinking is next, which also makes times and targets simpler; then stretches of entries are left out as long
 * as any can be. A stretch that seemed to be needed is tried once more under other chances: each message's delay is the next draw of
 * its link, so that without one message all behind it meet other delays, and the failure may be gone for that alone.
 */
export const shrink = async (given: ShrinkGiven): Promise<ShrinkResult> => {
  const attempts = new Attempts(given);
  await endSooner(attempts);
  const path =
    given.origin === undefined ? undefined : await shrinkDrawn(given.origin, given, attempts);
  const drawn = attempts.kept;
  await leaveOut(attempts, []);
  const { otherChances = [] } = given;
  if (otherChances.length > 0) await leaveOut(attempts, otherChances);
  await endSooner(attempts);
  const { kept } = attempts;
  const asDrawn = kept === drawn && kept.injectMs === given.injectMs;
  return {
    schedule: kept.schedule,
    injectMs: kept.injectMs,
    chanceSeed: kept.chanceSeed,
    path: asDrawn ? (path ?? given.origin?.path) : undefined,
    attempts: attempts.count,
    complete: !attempts.spent,
  };
};

/** Right behind the failure; or, where it shows after the heal, after half of the time as long as it still does. */
const endSooner = async (attempts: Attempts): Promise<void> => {
  const { injectMs } = attempts.kept;
  await attempts.endBehindFailure();
  if (attempts.kept.injectMs < injectMs) return;
  for (;;) {
    const half = Math.floor(attempts.kept.injectMs / 2);
    if (half < leastMs || !(await attempts.fails(endingAt(attempts.kept, half)))) return;
  }
};

/**
 * fast-check's own shrinking from its path on: the first smaller candidate that still fails is followed. Of each, only what is
 * before the end is tried.
 */
const shrinkDrawn = async (
  { arbitrary, seed, path }: Origin,
  given: ShrinkGiven,
  attempts: Attempts,
): Promise<string | undefined> => {
  const known = JSON.stringify(given.schedule);
  let first = true;
  const property = fc.asyncProperty(arbitrary, async (schedule) => {
    if (first) {
      first = false;
      // What the path leads to is known to fail; if it were something else, nothing that follows would be about this failure.
      return JSON.stringify(schedule) !== known;
    }
    const { kept } = attempts;
    const candidate = endingAt({ schedule, injectMs: given.injectMs }, kept.injectMs);
    // It is smaller behind the end only.
    if (kept.injectMs < given.injectMs && isSame(candidate.schedule, kept.schedule)) return false;
    return !(await attempts.fails(candidate));
  });
  const details = await fc.check(property, { seed, path, numRuns: 1 });
  return details.counterexamplePath ?? undefined;
};

const isSame = (one: Schedule, other: Schedule): boolean =>
  one.length === other.length && JSON.stringify(one) === JSON.stringify(other);

/**
 * Delta debugging: leaves out stretches of entries, halving their length, until no single entry can go.
 * @source Zeller & Hildebrandt, Simplifying and Isolating Failure-Inducing Input, 2002, figure 5 (complements only).
 */
const leaveOut = async (attempts: Attempts, otherChances: readonly number[]): Promise<void> => {
  const fails = async (candidate: Candidate): Promise<boolean> => {
    if (await attempts.fails(candidate)) return true;
    for (const chanceSeed of otherChances) {
      if (await attempts.fails({ ...candidate, chanceSeed })) return true;
    }
    return false;
  };
  let length = Math.ceil(attempts.kept.schedule.length / 2);
  while (length >= 1 && attempts.kept.schedule.length > 0 && !attempts.spent) {
    let removed = false;
    for (let at = 0; at < attempts.kept.schedule.length;) {
      const { schedule, injectMs, chanceSeed } = attempts.kept;
      const without = [...schedule.slice(0, at), ...schedule.slice(at + length)];
      if (await fails({ schedule: without, injectMs, chanceSeed })) removed = true;
      else at += length;
    }
    if (length > 1) length = Math.ceil(length / 2);
    else if (!removed) break;
  }
};
