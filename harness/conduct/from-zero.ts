import type { Ms } from '../core/cluster.ts';
import type { History } from '../core/history.ts';

type Writable<T> = { -readonly [K in keyof T]: T[K] };

const later = (at: Ms | undefined, by: Ms): Ms | undefined =>
  at === undefined ? undefined : at - by;

/**
 * Counts the times of a finished history from the end of formation, as schedules do; what came before is negative. In place: the records
 * are the conductor's own, and a long run has many.
 */
export const countFromZero = (history: History): History => {
  const { phases } = history;
  const zero = phases.injectAt;
  for (const said of history.observations) (said as Writable<typeof said>).at -= zero;
  for (const event of history.lifecycle) (event as Writable<typeof event>).at -= zero;
  for (const scan of history.scans) (scan as Writable<typeof scan>).at -= zero;
  for (const stall of history.stalls) (stall as Writable<typeof stall>).at -= zero;
  for (const operation of history.operations as readonly Writable<
    History['operations'][number]
  >[]) {
    operation.invokedAt -= zero;
    operation.endedAt = later(operation.endedAt, zero);
  }
  for (const fault of history.faults as readonly Writable<History['faults'][number]>[]) {
    fault.beginAt = later(fault.beginAt, zero);
    fault.begunAt = later(fault.begunAt, zero);
    fault.endAt = later(fault.endAt, zero);
    fault.endedAt = later(fault.endedAt, zero);
  }
  return {
    ...history,
    phases: {
      injectAt: 0,
      healAt: phases.healAt - zero,
      healedAt: phases.healedAt - zero,
      quietAt: phases.quietAt - zero,
      endAt: phases.endAt - zero,
    },
  };
};
