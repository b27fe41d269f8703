import { z } from 'zod';
import { durationExamples, parseDuration } from '../../harness/core/duration.ts';
import { cutModes, type Selection } from '../../harness/core/fault.ts';
import { triggerEvents } from '../../harness/core/schedule.ts';
import { parseRate } from './rate.ts';

type Range = { readonly min: number; readonly max: number; readonly words: string };

const measure = (
  parse: (text: string) => number | undefined,
  expected: string,
  { min, max, words }: Range,
) =>
  z.string({ error: `expected ${expected}` }).transform((text, context) => {
    const value = parse(text);
    if (value !== undefined && value >= min && value <= max) return value;
    const message = `expected ${value === undefined ? expected : words}`;
    context.issues.push({ code: 'custom', input: text, message });
    return z.NEVER;
  });

const dayMs = 24 * 3_600_000;
const aTime = `a time with its unit, such as ${durationExamples}`;

export const durationSchema = measure(parseDuration, aTime, {
  min: 0,
  max: dayMs,
  words: 'a time of at most 24h',
}).describe(`A time with its unit: ${durationExamples}.`);

const periodSchema = measure(parseDuration, aTime, {
  min: 1,
  max: dayMs,
  words: 'a time from 1ms to 24h',
}).describe('From one cut to the next; half of it is cut.');

export const rateSchema = measure(parseRate, 'a rate, such as 50/s', {
  min: 0,
  max: 10_000,
  words: 'a rate of at most 10000/s',
}).describe('So many a second: 50/s.');

const nodeOrRole = z.string().min(1);
export const selectionSchema: z.ZodType<Selection, Selection> = z
  .union([nodeOrRole, z.array(z.union([nodeOrRole, z.array(nodeOrRole).min(1)])).min(1)])
  .describe(
    'A node by name or role (leader, follower, majority, rest, …), or a list of them. Where links are hit, clients as well.',
  );

const waiting = {
  occurrence: z.int().min(1).optional(),
  within: durationSchema.optional(),
  after: durationSchema.optional(),
};
const triggers = [
  z.strictObject({ leader: z.enum(triggerEvents.leader), ...waiting }),
  z.strictObject({ vote: z.enum(triggerEvents.vote), ...waiting }),
  z.strictObject({ node: z.enum(triggerEvents.node), ...waiting }),
  z.strictObject({ write: z.enum(triggerEvents.write), ...waiting }),
  z.strictObject({ operation: z.string().min(1), ...waiting }),
] as const;
const triggerSchema = z.union(triggers).describe('Waited for from `at` on.');
/** The keys that `when` knows, whatever it waits for. */
export const triggerKeys: readonly string[] = [
  ...new Set(triggers.flatMap(({ shape }) => Object.keys(shape))),
];

const mode = z.enum(cutModes).default('drop');

/** When a fault starts, and how long it lasts: left out, until the heal. */
const timing = {
  at: durationSchema.optional().describe('Since the end of formation; 0s where it is left out.'),
  when: triggerSchema.optional(),
};
const untilTheHeal = durationSchema
  .optional()
  .describe(`A time with its unit: ${durationExamples}. Until the heal where it is left out.`);
const lasting = { ...timing, for: untilTheHeal };

/** Every kind of fault, by the key that names it. */
export const faultSchemas = {
  cut: z.strictObject({
    ...lasting,
    cut: selectionSchema,
    from: selectionSchema.default('rest'),
    direction: z.enum(['both', 'forth']).default('both'),
    mode,
  }),
  partition: z.strictObject({ ...lasting, partition: z.array(selectionSchema).min(2), mode }),
  ring: z.strictObject({ ...lasting, ring: z.literal('managers'), mode }),
  delay: z.strictObject({
    ...lasting,
    delay: selectionSchema,
    from: selectionSchema.default('rest'),
    by: durationSchema,
  }),
  flap: z.strictObject({
    ...lasting,
    flap: selectionSchema,
    from: selectionSchema.default('rest'),
    every: periodSchema,
  }),
  kill: z.strictObject({
    ...timing,
    kill: selectionSchema,
    restartAfter: untilTheHeal,
  }),
  pause: z.strictObject({ ...lasting, pause: selectionSchema }),
  procedure: z.strictObject({
    ...timing,
    procedure: z.string().min(1).describe('A deed of the target: lock, drain, promote, demote, …'),
    on: selectionSchema.optional(),
    args: z.record(z.string(), z.json()).optional(),
    within: durationSchema.optional().describe('How long it may wait for a role. Default 1s.'),
  }),
} as const;

export type FaultName = keyof typeof faultSchemas;
export const faultNames = Object.keys(faultSchemas) as readonly FaultName[];

/** In the order of `faultNames`: problems are reported for the kind that an entry names. */
export const faultSchema = z.union(Object.values(faultSchemas));
export type FaultOutput = z.output<typeof faultSchema>;
