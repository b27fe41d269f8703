import { z } from 'zod';
import { UsageError } from '../cli/exit.ts';
import { inWords, placeOf, selection } from '../cli/run-file-shape.ts';
import { nearest } from '../cli/select.ts';
import type { Ms, Shape } from '../core/cluster.ts';
import { clientsWord, roleWords } from '../core/fault.ts';
import type { Schedule, ScheduledFault, ScheduledOperation } from '../core/schedule.ts';
import type { Target } from '../core/target.ts';

/** An entry as people write it: a fault without `forMs` lasts until the heal; a procedure without it waits a second for its role. */
export type WrittenEntry =
  (Omit<ScheduledFault, 'forMs'> & { readonly forMs?: Ms }) | ScheduledOperation;

/** How long a procedure may wait for whoever it is about; it ends by itself. */
const procedureWaitMs = 1_000;
/** What a fault that lasts until the heal has at least, where the length of the run follows from its schedule. */
const unleasedMs = 2_000;

const time = z.number().min(0);
const mode = z.enum(['drop', 'refuse', 'reset']);
const waiting = {
  occurrence: z.int().min(1).optional(),
  withinMs: time.optional(),
  afterMs: time.optional(),
};
const triggers = {
  leader: z.enum(['elected', 'lost']),
  vote: z.enum(['given']),
  node: z.enum(['promoted', 'demoted']),
  write: z.enum(['asked', 'acknowledged']),
  operation: z.string(),
};
const faults = {
  cut: { from: selection, to: selection, direction: z.enum(['both', 'forth']), mode },
  partition: { groups: z.array(selection).min(2), mode },
  ring: { mode },
  delay: { from: selection, to: selection, delayMs: time },
  flap: { from: selection, to: selection, periodMs: z.number().min(1) },
  kill: { nodes: selection },
  pause: { nodes: selection },
  procedure: {
    name: z.string(),
    nodes: selection.optional(),
    args: z.record(z.string(), z.json()).optional(),
  },
};
const scheduledFault = z.strictObject({
  at: time,
  when: z.looseObject({}).optional(),
  fault: z.looseObject({ kind: z.enum(Object.keys(faults) as (keyof typeof faults)[]) }),
  forMs: time.optional(),
});
const scheduledOperation = z.strictObject({
  at: time,
  client: z.int().min(0),
  node: z.string().optional(),
  operation: z.string(),
  args: z.record(z.string(), z.json()),
});

/** What is wrong, with its place before it: `schedule[1].forMs is null, expected a number`. */
type Flaws = Generator<string>;

function* flawsOf(schema: z.ZodType, value: unknown, place: string): Flaws {
  for (const { path, message } of schema.safeParse(value, inWords).error?.issues ?? [])
    yield `${[place, placeOf(path)].filter((part) => part !== '').join('.')} ${message}`;
}

const meant = (word: string, known: Iterable<string>): string => {
  const near = nearest(word, known);
  return near === undefined ? '' : ` Did you mean ${near}?`;
};

type Cluster = { readonly target: Target; readonly shape: Shape };

function* flawsOfSelection(
  words: unknown,
  place: string,
  { target, shape, ofLinks }: Cluster & { readonly ofLinks: boolean },
): Flaws {
  if (Array.isArray(words)) {
    for (const word of words) yield* flawsOfSelection(word, place, { target, shape, ofLinks });
    return;
  }
  const known = [...roleWords, ...target.nodes(shape).map(({ name }) => name)];
  const word = String(words);
  if (!known.includes(word))
    yield `${place}: ${word} is no node of this cluster and no role.${meant(word, known)}`;
  else if (word === clientsWord && !ofLinks)
    yield `${place}: ${clientsWord} are no nodes: only links to them can be hit`;
}

function* flawsOfOperation(name: string, place: string, target: Target): Flaws {
  const known = target.operations.map((kind) => kind.name);
  if (!known.includes(name))
    yield `${place}: target ${target.name} has no operation ${name}.${meant(name, known)}`;
}

function* flawsOfTrigger(when: object, place: string, target: Target): Flaws {
  const [named] = Object.keys(triggers).filter((name) => name in when) as (keyof typeof triggers)[];
  if (named === undefined) {
    yield `${place} waits for nothing that is known (${Object.keys(triggers).join(', ')})`;
    return;
  }
  const schema = z.strictObject({ [named]: triggers[named], ...waiting });
  yield* flawsOf(schema, when, place);
  if ('operation' in when) yield* flawsOfOperation(String(when.operation), place, target);
}

function* flawsOfFault(entry: ScheduledFault, place: string, cluster: Cluster): Flaws {
  const { fault, when } = entry;
  const { target } = cluster;
  const at = `${place}.fault`;
  const wrong = [
    ...flawsOf(z.strictObject({ kind: z.string(), ...faults[fault.kind] }), fault, at),
  ];
  yield* wrong;
  if (when !== undefined) yield* flawsOfTrigger(when, `${place}.when`, target);
  if (wrong.length > 0) return;
  const ofLinks = !('nodes' in fault);
  for (const key of ['from', 'to', 'groups', 'nodes'] as const) {
    const words = (fault as Readonly<Record<string, unknown>>)[key];
    if (words !== undefined)
      yield* flawsOfSelection(words, `${at}.${key}`, { ...cluster, ofLinks });
  }
  if (fault.kind === 'procedure' && !Object.hasOwn(target.procedures, fault.name)) {
    const known = Object.keys(target.procedures);
    yield `${at}.name: target ${target.name} has no procedure ${fault.name}.${meant(fault.name, known)}`;
  }
}

function* flawsOfEntry(entry: unknown, place: string, cluster: Cluster): Flaws {
  if (typeof entry !== 'object' || entry === null) {
    yield `${place} is ${JSON.stringify(entry)}, expected a fault or an operation with its time`;
    return;
  }
  const isFault = 'fault' in entry;
  const wrong = [...flawsOf(isFault ? scheduledFault : scheduledOperation, entry, place)];
  yield* wrong;
  if (wrong.length > 0) return;
  if (isFault) yield* flawsOfFault(entry as ScheduledFault, place, cluster);
  else
    yield* flawsOfOperation(
      (entry as ScheduledOperation).operation,
      `${place}.operation`,
      cluster.target,
    );
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
