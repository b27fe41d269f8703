import fc from 'fast-check';
import type { Scenario } from '../core/scenario.ts';
import type { Schedule } from '../core/schedule.ts';
import type { Target } from '../core/target.ts';
import { scatterBoth } from './scatter.ts';
import { schedules } from './schedules.ts';

/** fast-check's path to the first value of a seed. */
const firstValue = '0';

export type DrawnSchedule = {
  readonly schedule: Schedule;
  /** The three that give fast-check the same schedule again, to replay it or to make it smaller. */
  readonly origin: {
    readonly arbitrary: fc.Arbitrary<Schedule>;
    readonly seed: number;
    readonly path: string;
  };
};

/** Made once a scenario: it holds tables. */
const arbitraries = new WeakMap<Scenario, fc.Arbitrary<Schedule>>();

const arbitraryOf = (target: Target, scenario: Scenario): fc.Arbitrary<Schedule> => {
  const known = arbitraries.get(scenario);
  if (known !== undefined) return known;
  const made = schedules(target, scenario);
  arbitraries.set(scenario, made);
  return made;
};

/** The schedule of run `index` of a campaign: drawn from these two alone, whatever ran before, in the same time for every run. */
export const drawSchedule = (
  target: Target,
  scenario: Scenario,
  { seed, index }: { readonly seed: number; readonly index: number },
): DrawnSchedule => {
  const arbitrary = arbitraryOf(target, scenario);
  // fast-check's seeds are 32-bit integers.
  const own = scatterBoth(seed, index) | 0;
  const [schedule = []] = fc.sample(arbitrary, { seed: own, path: firstValue, numRuns: 1 });
  return { schedule, origin: { arbitrary, seed: own, path: firstValue } };
};
