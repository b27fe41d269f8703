import { z } from 'zod';
import { shapeLimits } from '../../harness/core/cluster.ts';
import { durationSchema, faultSchema, rateSchema } from './fault-schema.ts';

const { managers, workers } = shapeLimits;

/** Of `workload`, where it is left out. */
export const defaultWorkload = { clients: 4, rate: '20/s' } as const;

/** A scenario as people write it, in YAML and in TypeScript alike. */
export const scenarioSchema = z.strictObject({
  name: z
    .string()
    .regex(
      /^[a-z0-9]+(-[a-z0-9]+)*$/,
      'expected lower-case words with hyphens, such as leader-cut-off',
    ),
  title: z.string().min(1).optional().describe('One line for lists.'),
  target: z.string().min(1).default('reference'),
  managers: z.int().min(managers.min).max(managers.max).default(3),
  workers: z.int().min(workers.min).max(workers.max).default(2),
  workload: z
    .strictObject({
      clients: z
        .int()
        .min(0)
        .max(100)
        .describe('Concurrent clients; each asks one thing at a time.'),
      rate: rateSchema.describe('Operations of all clients together: 50/s.'),
    })
    .prefault(defaultWorkload),
  faults: z
    .union([z.literal('drawn'), z.array(faultSchema)])
    .default([])
    .describe('`drawn`: other faults in every run, drawn at its seed.'),
  inject: durationSchema.prefault('6s').describe('How long faults and clients go on.'),
  settle: durationSchema.prefault('4s').describe('How long the healed cluster is watched.'),
  settings: z
    .record(z.string(), z.json())
    .default({})
    .describe('What nodes and procedures of the target are told, such as autolock.'),
  properties: z
    .union([z.literal('all'), z.array(z.string()).min(1)])
    .default('all')
    .describe(
      'What runs are to put to the test, by name; `all` guarantees where it is left out. Those of safety that are not named are judged as well, and told of where they are broken.',
    ),
});

export type ScenarioInput = z.input<typeof scenarioSchema>;
export type ScenarioOutput = z.output<typeof scenarioSchema>;

/** For editors: what a scenario file may hold. */
export const scenarioJsonSchema = (): object =>
  z.toJSONSchema(scenarioSchema, { io: 'input', target: 'draft-2020-12' });
