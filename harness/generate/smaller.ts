import type { Ms } from '../core/cluster.ts';
import { isFault, type Schedule, type ScheduledFault } from '../core/schedule.ts';

/** Where the search for dispensable operations stands: stretches of this length have been tried up to this place. */
export type Progress = {
  readonly length: number;
  readonly from: number;
  /** Something was left out since the last pass over single operations began. */
  readonly changed: boolean;
};

export type Smaller = { readonly schedule: Schedule; readonly progress: Progress | undefined };

/** Leases are not made shorter than this. */
const leaseMsMin = 50;

/** Of a schedule of more entries much is left out at once, for each attempt takes long. */
const entriesMany = 500;

/**
 * Schedules that are smaller, the boldest first: a long one without its end, without its operations, without stretches of its
 * faults; without some fault; without a stretch of operations, halving its length;
 * with shorter leases, fewer conditions; with everything earlier.
 */
export function* smallerSchedules(
  schedule: Schedule,
  progress: Progress | undefined,
): Generator<Smaller> {
  if (schedule.length > entriesMany) yield* muchSmaller(schedule, progress);
  yield* withoutFaults(schedule, progress);
  yield* withoutOperations(schedule, progress);
  yield* withSimplerFaults(schedule, progress);
  yield* earlier(schedule, progress);
}

function* muchSmaller(schedule: Schedule, progress: Progress | undefined): Generator<Smaller> {
  for (const kept of [1 / 2, 3 / 4, 7 / 8]) {
    yield { schedule: schedule.slice(0, Math.ceil(schedule.length * kept)), progress };
  }
  const faults = schedule.filter(isFault);
  if (faults.length < schedule.length) yield { schedule: faults, progress };
  for (let length = Math.ceil(faults.length / 2); length > 1; length = Math.ceil(length / 2)) {
    for (let from = 0; from < faults.length; from += length) {
      const gone = new Set<unknown>(faults.slice(from, from + length));
      yield { schedule: schedule.filter((entry) => !gone.has(entry)), progress };
    }
  }
}

function* withoutFaults(schedule: Schedule, progress: Progress | undefined): Generator<Smaller> {
  for (const [at, entry] of schedule.entries()) {
    if (isFault(entry)) yield { schedule: schedule.toSpliced(at, 1), progress };
  }
}

function* withoutOperations(
  schedule: Schedule,
  progress: Progress | undefined,
): Generator<Smaller> {
  const places = schedule.flatMap((entry, at) => (isFault(entry) ? [] : [at]));
  const count = places.length;
  if (count === 0) return;
  let { length, from, changed } = progress ?? { length: count, from: 0, changed: false };
  length = Math.min(length, count);
  for (;;) {
    for (; from < count; from += length) {
      const gone = new Set(places.slice(from, from + length));
      yield {
        schedule: schedule.filter((_, at) => !gone.has(at)),
        progress: { length, from, changed: true },
      };
    }
    from = 0;
    if (length > 1) length = Math.ceil(length / 2);
    else if (changed) changed = false;
    else return;
  }
}

function* withSimplerFaults(
  schedule: Schedule,
  progress: Progress | undefined,
): Generator<Smaller> {
  for (const [at, entry] of schedule.entries()) {
    if (!isFault(entry)) continue;
    for (const simpler of simplerFaults(entry)) {
      yield { schedule: schedule.with(at, simpler), progress };
    }
  }
}

function* simplerFaults(entry: ScheduledFault): Generator<ScheduledFault> {
  const { when, ...unconditional } = entry;
  if (when !== undefined) yield unconditional;
  const shorter = Math.floor(entry.forMs / 2);
  if (shorter >= leaseMsMin) yield { ...entry, forMs: shorter };
  const { fault } = entry;
  if ('mode' in fault && fault.mode !== 'drop')
    yield { ...entry, fault: { ...fault, mode: 'drop' } };
}

/** The time before the first entry, and between two entries, halved. */
function* earlier(schedule: Schedule, progress: Progress | undefined): Generator<Smaller> {
  let before: Ms = 0;
  for (const [at, entry] of schedule.entries()) {
    const gap = Math.floor((entry.at - before) / 2);
    before = entry.at;
    if (gap < 10) continue;
    const moved = schedule.map((later, place) =>
      place < at ? later : { ...later, at: later.at - gap },
    );
    yield { schedule: moved, progress };
  }
}
