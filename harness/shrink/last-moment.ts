import type { Ms } from '../core/cluster.ts';
import type { Run } from '../core/run.ts';

/** When the last of the moments that broke a property came, in milliseconds of the schedule; never where none is named. */
export const lastMoment = ({ verdicts, history }: Run, property: string): Ms => {
  const verdict = verdicts.find((of) => of.property === property);
  const moments = verdict?.verdict === 'fail' ? verdict.moments : [];
  if (moments.length === 0) return Infinity;
  return Math.max(...moments.map(({ at }) => at)) - history.phases.injectAt;
};
