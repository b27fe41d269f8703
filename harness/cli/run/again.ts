/**
 * Live failures, played again where they were found: how often the same schedule breaks the same, and a smaller one that still
 * does. What the simulator shows as well is made smaller there, at a thousand times the speed; this is for all else.
 */
import type { Ms } from '../../core/cluster.ts';
import type { PropertyTally } from '../../core/campaign.ts';
import type { RunFile } from '../../core/run.ts';
import type { Schedule } from '../../core/schedule.ts';
import { lastMoment } from '../../shrink/last-moment.ts';
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
  /** Plays each schedule once on clusters of the failure's world, as many side by side as there are lanes. */
  readonly play: (schedules: readonly Schedule[]) => Promise<Played>;
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

/** A failure of a live world, again in that world; the twin is smaller, and breaks this property. */
export const tryAgain = async (
  { run }: RunFile,
  property: string,
  given: AgainGiven,
): Promise<Try> => {
  const { backend, schedule } = run;
  const { lanes, plays, play, now } = given;
  const again = await play(Array.from({ length: plays }, () => schedule));
  const same: Try = { backend, runs: again.runs, properties: again.properties, twins: [] };
  const needed = neededOf(plays);
  if (again.broken.filter((of) => of !== undefined).length < needed) return same;

  const until = now() + given.forMs;
  const shown = new Map<string, RunFile>();
  let over = false;
  const shrunk = await shrinkSideBySide({
    schedule,
    happenedAt: lastMoment(run, property),
    lanes,
    plays,
    needed,
    isOver: () => over || given.aborted() || now() >= until,
    async play(schedules) {
      const { broken } = await play(schedules).catch((error: unknown) => {
        over = true;
        if (!given.aborted()) given.onTrouble(error);
        return { broken: [] };
      });
      for (const of of broken) if (of !== undefined) shown.set(JSON.stringify(of.run.schedule), of);
      return schedules.map((_, place) => broken[place] !== undefined);
    },
  });
  const twin = shown.get(JSON.stringify(shrunk.schedule));
  if (twin === undefined) return same;
  const { attempts } = shrunk;
  return {
    ...same,
    twins: [
      {
        ...twin,
        shrunkFrom: { entries: schedule.length, digest: run.digest, attempts },
        again: { backend, runs: shrunk.plays, broken: [{ property, runs: shrunk.broken }] },
      },
    ],
  };
};
