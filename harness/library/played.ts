import type { History } from '../core/history.ts';
import type { Judged, Run } from '../core/run.ts';
import { judge } from '../judge.ts';
import type { Property } from '../core/property.ts';

/** A run that has taken place: what a test judges. */
export type Played = {
  readonly run: Run;
  readonly history: History;
  /** Over every event, in the simulator: the same for the same system, schedule and seed. */
  readonly digest: string;
};

/** The verdict of one property on a run. Throws where the run could not be carried out at all. */
export const verdictOf = (played: Played, property: Property): Judged => {
  const [judged] = judge(played.history, [property]);
  if (judged === undefined) throw new Error('judging one property gives one verdict');
  return judged;
};
