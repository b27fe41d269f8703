import { z } from 'zod';
import { UsageError } from '../../harness/core/usage-error.ts';
import { inWords, placeOf } from '../../harness/shape-words.ts';
import type { Scenario } from '../../harness/core/scenario.ts';
import { flawsOfSchedule, leased } from '../../harness/library/check-schedule.ts';
import type { Known } from './known.ts';
import { checkDocument } from './problems.ts';
import { defineScenario } from './read-scenario.ts';
import type { ScenarioInput } from './scenario-schema.ts';

const scenarioValue = z.strictObject({
  name: z.string(),
  title: z.string(),
  target: z.string(),
  shape: z.strictObject({ managers: z.int(), workers: z.int() }),
  workload: z.strictObject({ clients: z.int(), perSecond: z.number() }),
  faults: z.union([z.literal('drawn'), z.array(z.unknown())]),
  injectMs: z.number(),
  settleMs: z.number(),
  settings: z.record(z.string(), z.json()),
  properties: z.array(z.string()),
});

/**
 * A scenario of a configuration: a document with the keys of a file, or a `Scenario` as a value; what it names and its sizes are checked as
 * in a file. Throws a `UsageError` with the scenario's name and the place of each mistake.
 */
export const checkedScenario = (value: unknown, place: string, known: Known): Scenario => {
  if (typeof value !== 'object' || value === null)
    throw new UsageError(`${place} is ${JSON.stringify(value)}, expected a scenario`);
  const { name } = value as { readonly name?: unknown };
  const named = typeof name === 'string' ? `scenario ${name}` : place;
  if (!('shape' in value || 'injectMs' in value || 'settleMs' in value)) {
    return defineScenario(value as ScenarioInput, known, named);
  }
  const flaws = [...flawsOf(value, known)];
  if (flaws.length > 0) throw new UsageError(flaws.map((flaw) => `${named}: ${flaw}`).join('\n'));
  const scenario = value as Scenario;
  const { faults, injectMs } = scenario;
  return faults === 'drawn'
    ? scenario
    : { ...scenario, faults: leased(faults, injectMs).filter((entry) => 'fault' in entry) };
};

function* flawsOf(value: object, known: Known): Generator<string> {
  const shape = scenarioValue.safeParse(value, inWords);
  if (!shape.success) {
    for (const { path, message } of shape.error.issues) yield `${placeOf(path)} ${message}`.trim();
    return;
  }
  const { faults, shape: size, target: targetName } = shape.data;
  const checked = checkDocument(documentOf(shape.data), known);
  if (!checked.ok) {
    for (const { path, key, message } of checked.problems)
      yield `${inValue(placeOf(key === undefined ? path : [...path, key]))}: ${message}`;
  }
  const target = known.targets.get(targetName);
  if (target !== undefined && faults !== 'drawn')
    yield* flawsOfSchedule(faults, 'faults', { target, shape: size });
}

/** What a file would say of it, but for its faults, which are other values here. */
const documentOf = (scenario: z.output<typeof scenarioValue>): ScenarioInput => ({
  name: scenario.name,
  ...(scenario.title !== '' && { title: scenario.title }),
  target: scenario.target,
  managers: scenario.shape.managers,
  workers: scenario.shape.workers,
  workload: { clients: scenario.workload.clients, rate: `${scenario.workload.perSecond}/s` },
  inject: `${scenario.injectMs}ms`,
  settle: `${scenario.settleMs}ms`,
  settings: scenario.settings,
  properties: scenario.properties,
});

/** Keys of a file, and what a value calls the same. */
const names: Readonly<Record<string, string>> = {
  managers: 'shape.managers',
  workers: 'shape.workers',
  'workload.rate': 'workload.perSecond',
  inject: 'injectMs',
  settle: 'settleMs',
};
const inValue = (place: string): string => names[place] ?? place;
