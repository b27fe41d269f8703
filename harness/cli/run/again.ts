/**
 * Live failures, played again where they were found: how often the same schedule breaks the same, and a smaller one that still
 * does. What the simulator shows as well is made smaller there, at a thousand times the speed; this is for all else.
 */
import type { Ms } from '../../core/cluster.ts';
import type { PropertyTally } from '../../core/campaign.ts';
import type { RetryRate, Run, RunFile } from '../../core/run.ts';
import type { Schedule } from '../../core/schedule.ts';
import { lastMoment } from '../../shrink/last-moment.ts';
import { endingAt, type Candidate } from '../../shrink/shrink.ts';
import { shrinkSideBySide } from '../../shrink/side-by-side.ts';
import type { Try } from './elsewhere.ts';

/** What so many plays of one scenario came to. */
export type Played = {
  readonly runs: number;
  readonly properties: readonly PropertyTally[];
  /** For each schedule the run that broke the property, where one did. */
  readonly broken: readonly (RunFile | undefined)[];
};

export type AgainGiven = {
  /** Plays each schedule once, for so long, on clusters of the failure's world, as many side by side as there are lanes. */
  readonly play: (schedules: readonly Schedule[], injectMs: Ms) => Promise<Played>;
  readonly lanes: number;
  /** A rate is of so many plays. */
  readonly plays: number;
  /** From the moment on at which the failure's rate is known; a round of plays that has begun by then is ended. */
  readonly forMs: Ms;
  /** Milliseconds of a clock that does not go back. */
  readonly now: () => Ms;
  readonly aborted: () => boolean;
  /** A round could not be played, so no further one is; what was confirmed before stays. */
  readonly onTrouble: (error: unknown) => void;
};

/** More than half: what breaks more rarely proves little when it holds. */
const mostOf = (plays: number): number => Math.floor(plays / 2) + 1;

/**
 * Of so many plays in which the whole schedule broke, a smaller one has to break in as many, but for one: whoever plays it again, alone
 * and perhaps on another day, waits in vain for one that broke in every other play.
 */
const neededOf = (whole: number, plays: number): number => Math.max(mostOf(plays), whole - 1);

/** A long run ends so much behind its failure: in another play it may come later. */
const slackMs = 2_000;

/** The failure's schedule, or what is left of it where it ends soon behind the failure, if that is much sooner. */
const endingSoon = ({ schedule, scenario: { injectMs } }: Run, happenedAt: Ms): Candidate => {
  const soon = Math.max(0, Math.ceil(happenedAt)) + slackMs;
  const whole = { schedule, injectMs };
  return soon <= (injectMs * 3) / 4 ? endingAt(whole, soon) : whole;
};

/** Plays of smaller forms until the time is up, and the runs of those that broke. */
class Trials {
  readonly #given: AgainGiven;
  readonly #until: Ms;
  readonly #broken = new Map<string, RunFile>();
  #troubled = false;

  constructor(given: AgainGiven) {
    this.#given = given;
    this.#until = given.now() + given.forMs;
  }

  get over(): boolean {
    return this.#troubled || this.#given.aborted() || this.#given.now() >= this.#until;
  }

  /** For each schedule whether it broke; nothing is known of any where they could not be played. */
  async play(schedules: readonly Schedule[], injectMs: Ms): Promise<readonly boolean[]> {
    const { play, aborted, onTrouble } = this.#given;
    try {
      const { broken } = await play(schedules, injectMs);
      for (const of of broken) if (of !== undefined) this.#broken.set(keyOf(of.run.schedule), of);
      return schedules.map((_, place) => broken[place] !== undefined);
    } catch (error) {
      this.#troubled = true;
      if (!aborted()) onTrouble(error);
      return schedules.map(() => false);
    }
  }

  brokenRun(schedule: Schedule): RunFile | undefined {
    return this.#broken.get(keyOf(schedule));
  }

  forget(): void {
    this.#broken.clear();
  }
}

const keyOf = (schedule: Schedule): string => JSON.stringify(schedule);

/** A failure of a live world, again in that world; the twin is smaller, and breaks this property. */
export const tryAgain = async (
  { run }: RunFile,
  property: string,
  given: AgainGiven,
): Promise<Try> => {
  const { backend, schedule, scenario } = run;
  const { lanes, plays } = given;
  const whole: Candidate = { schedule, injectMs: scenario.injectMs };
  const again = await given.play(repeated(schedule, plays), whole.injectMs);
  const same: Try = { backend, runs: again.runs, properties: again.properties, twins: [] };
  const often = again.broken.filter((of) => of !== undefined).length;
  if (often < mostOf(plays)) return same;
  const needed = neededOf(often, plays);

  const trials = new Trials(given);
  const happenedAt = lastMoment(run, property);
  const sooner = await endedSooner(endingSoon(run, happenedAt), { whole, plays, needed, trials });
  const { schedule: from, injectMs } = sooner.candidate;
  const shrunk = await shrinkSideBySide({
    schedule: from,
    happenedAt,
    lanes,
    plays,
    needed,
    isOver: () => trials.over,
    play: (schedules) => trials.play(schedules, injectMs),
  });
  const twin = trials.brokenRun(shrunk.schedule);
  if (twin === undefined) return same;
  const rate = shrunk.plays > 0 ? shrunk : { plays, broken: sooner.broken };
  const before = {
    entries: schedule.length,
    ...(injectMs !== whole.injectMs && { injectMs: whole.injectMs }),
    digest: run.digest,
    property,
    attempts: shrunk.attempts + sooner.attempts,
  };
  const rates: RetryRate = { backend, runs: rate.plays, broken: [{ property, runs: rate.broken }] };
  return { ...same, twins: [{ ...twin, shrunkFrom: before, again: rates }] };
};

type Sooner = { readonly candidate: Candidate; readonly broken: number; readonly attempts: number };

/** What to go on from: the form that ends soon behind the failure, where it breaks often enough, or the whole. */
const endedSooner = async (
  soon: Candidate,
  given: {
    readonly whole: Candidate;
    readonly plays: number;
    readonly needed: number;
    readonly trials: Trials;
  },
): Promise<Sooner> => {
  const { whole, plays, needed, trials } = given;
  if (soon.injectMs >= whole.injectMs || trials.over) {
    return { candidate: whole, broken: 0, attempts: 0 };
  }
  const played = await trials.play(repeated(soon.schedule, plays), soon.injectMs);
  const broken = played.filter(Boolean).length;
  if (broken >= needed) return { candidate: soon, broken, attempts: plays };
  // What broke too seldom is no smaller form, also where only its end is another one.
  trials.forget();
  return { candidate: whole, broken: 0, attempts: plays };
};

const repeated = (schedule: Schedule, times: number): readonly Schedule[] =>
  Array.from({ length: times }, () => schedule);
