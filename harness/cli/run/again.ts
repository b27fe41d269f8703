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
const neededOf = (plays: number): number => Math.floor(plays / 2) + 1;

/** A long run ends so much behind its failure: in another play it may come later. */
const slackMs = 2_000;

/** The failure's schedule, or what is left of it where it ends soon behind the failure, if that is much sooner. */
const endingSoon = ({ schedule, scenario: { injectMs } }: Run, happenedAt: Ms): Candidate => {
  const soon = Math.max(0, Math.ceil(happenedAt)) + slackMs;
  const whole = { schedule, injectMs };
  return soon <= (injectMs * 3) / 4 ? endingAt(whole, soon) : whole;
};

/** A failure of a live world, again in that world; the twin is smaller, and breaks this property. */
export const tryAgain = async (
  { run }: RunFile,
  property: string,
  given: AgainGiven,
): Promise<Try> => {
  const { backend, schedule, scenario } = run;
  const { lanes, plays, play, now } = given;
  const whole: Candidate = { schedule, injectMs: scenario.injectMs };
  const again = await play(repeated(schedule, plays), whole.injectMs);
  const same: Try = { backend, runs: again.runs, properties: again.properties, twins: [] };
  const needed = neededOf(plays);
  if (timesBroken(again) < needed) return same;

  const until = now() + given.forMs;
  const shown = new Map<string, RunFile>();
  let over = false;
  const isOver = (): boolean => over || given.aborted() || now() >= until;
  const tried = async (
    schedules: readonly Schedule[],
    injectMs: Ms,
  ): Promise<Pick<Played, 'broken'>> => {
    const played = await play(schedules, injectMs).catch((error: unknown) => {
      over = true;
      if (!given.aborted()) given.onTrouble(error);
      return { broken: [] };
    });
    for (const of of played.broken) {
      if (of !== undefined) shown.set(JSON.stringify(of.run.schedule), of);
    }
    return played;
  };

  const happenedAt = lastMoment(run, property);
  const soon = endingSoon(run, happenedAt);
  const isSooner = soon.injectMs < whole.injectMs && !isOver();
  const sooner = isSooner
    ? timesBroken(await tried(repeated(soon.schedule, plays), soon.injectMs))
    : 0;
  // What broke too seldom is no smaller form, also where only its end is another one.
  if (sooner < needed) shown.clear();
  const { schedule: from, injectMs } = sooner >= needed ? soon : whole;
  const shrunk = await shrinkSideBySide({
    schedule: from,
    happenedAt,
    lanes,
    plays,
    needed,
    isOver,
    async play(schedules) {
      const { broken } = await tried(schedules, injectMs);
      return schedules.map((_, place) => broken[place] !== undefined);
    },
  });
  const twin = shown.get(JSON.stringify(shrunk.schedule));
  if (twin === undefined) return same;
  const rate = shrunk.plays > 0 ? shrunk : { plays, broken: sooner };
  const before = {
    entries: schedule.length,
    ...(injectMs !== whole.injectMs && { injectMs: whole.injectMs }),
    digest: run.digest,
    attempts: shrunk.attempts + (isSooner ? plays : 0),
  };
  const rates: RetryRate = { backend, runs: rate.plays, broken: [{ property, runs: rate.broken }] };
  return { ...same, twins: [{ ...twin, shrunkFrom: before, again: rates }] };
};

const repeated = (schedule: Schedule, times: number): readonly Schedule[] =>
  Array.from({ length: times }, () => schedule);

const timesBroken = ({ broken }: Pick<Played, 'broken'>): number =>
  broken.filter((of) => of !== undefined).length;
