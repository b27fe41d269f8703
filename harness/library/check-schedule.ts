import { z } from 'zod';
import { strangeNames, type Cluster } from '../cli/strange-names.ts';
import type { Ms } from '../core/cluster.ts';
import type { Schedule, ScheduledFault, ScheduledOperation } from '../core/schedule.ts';
import { UsageError } from '../core/usage-error.ts';
import { inWords, placeOf } from '../shape-words.ts';
import {
  duration,
  faultMembers,
  operationMembers,
  triggerMembers,
  waitingMembers,
} from '../cli/schedule-shape.ts';

/** An entry as people write it: a fault without `forMs` lasts until the heal; a procedure without it waits a second for its role. */
export type WrittenEntry =
  (Omit<ScheduledFault, 'forMs'> & { readonly forMs?: Ms }) | ScheduledOperation;

/** How long a procedure may wait for whoever it is about; it ends by itself. */
const procedureWaitMs = 1_000;
/** What a fault that lasts until the heal has at least, where the length of the run follows from its schedule. */
const unleasedMs = 2_000;

const scheduledFault = z.strictObject({
  at: duration,
  when: z.looseObject({}).optional(),
  fault: z.looseObject({
    kind: z.enum(Object.keys(faultMembers) as (keyof typeof faultMembers)[]),
  }),
  forMs: duration.optional(),
});
const scheduledOperation = z.strictObject(operationMembers);

/** What is wrong, with its place before it: `schedule[1].forMs is null, expected a number`. */
type Flaws = Generator<string>;

function* flawsOf(schema: z.ZodType, value: unknown, place: string): Flaws {
  for (const { path, message } of schema.safeParse(value, inWords).error?.issues ?? [])
    yield `${[place, placeOf(path)].filter((part) => part !== '').join('.')} ${message}`;
}

function* flawsOfTrigger(when: object, place: string): Flaws {
  const kinds = Object.keys(triggerMembers) as (keyof typeof triggerMembers)[];
  const named = kinds.find((name) => name in when);
  if (named === undefined) yield `${place} waits for nothing that is known (${kinds.join(', ')})`;
  else {
    const schema = z.strictObject({ [named]: triggerMembers[named], ...waitingMembers });
    yield* flawsOf(schema, when, place);
  }
}

function* flawsOfFault({ fault, when }: ScheduledFault, place: string): Flaws {
  const schema = z.strictObject({ kind: z.string(), ...faultMembers[fault.kind] });
  yield* flawsOf(schema, fault, `${place}.fault`);
  if (when !== undefined) yield* flawsOfTrigger(when, `${place}.when`);
}

function* flawsOfEntry(entry: unknown, place: string, cluster: Cluster): Flaws {
  if (typeof entry !== 'object' || entry === null) {
    yield `${place} is ${JSON.stringify(entry)}, expected a fault or an operation with its time`;
    return;
  }
  const schema = 'fault' in entry ? scheduledFault : scheduledOperation;
  const wrong = [...flawsOf(schema, entry, place)];
  if (wrong.length === 0 && 'fault' in entry)
    wrong.push(...flawsOfFault(entry as ScheduledFault, place));
  yield* wrong;
  if (wrong.length > 0) return;
  for (const { path, message } of strangeNames(entry as Schedule[number], cluster))
    yield `${place}.${path}: ${message}`;
}

/** Everything that is wrong with a schedule, each with its place in it; nothing where it is right. */
export const flawsOfSchedule = (
  schedule: unknown,
  place: string,
  cluster: Cluster,
): readonly string[] =>
  Array.isArray(schedule)
    ? schedule.flatMap((entry: unknown, index) => [
        ...flawsOfEntry(entry, `${place}[${index}]`, cluster),
      ])
    : [`${place} is no list`];

/** Refuses what is no schedule of this cluster. Throws a `UsageError` that names the entries. */
export const checkSchedule = (schedule: unknown, cluster: Cluster): void => {
  const flaws = flawsOfSchedule(schedule, 'schedule', cluster);
  if (flaws.length > 0) throw new UsageError(flaws.join('\n'));
};

/** With the lease that a file gives where none is written. */
export const leased = (schedule: readonly WrittenEntry[], injectMs: Ms): Schedule =>
  schedule.map((entry) =>
    'fault' in entry
      ? {
          ...entry,
          forMs: entry.forMs ?? (entry.fault.kind === 'procedure' ? procedureWaitMs : injectMs),
        }
      : entry,
  );

/** The last moment that a schedule names, so that a run is never shorter than it. */
export const lastMoment = (schedule: readonly WrittenEntry[]): Ms =>
  Math.max(
    0,
    ...schedule.map((entry) => entry.at + ('fault' in entry ? (entry.forMs ?? unleasedMs) : 0)),
  );
