/**
 * Carries out simulated runs until a planted bug is noticed: `node --import …/apply.ts hunt.ts RUNS PROPERTY…`, in a process of its own, whose
 * sources are patched as they load. Prints one line of JSON.
 */
import { carryOut, findingsOf, type Subject } from '../../harness/campaign/carry-out.ts';
import { defaultLimits } from '../../harness/conduct/plan.ts';
import type { Scenario } from '../../harness/core/scenario.ts';
import { drawSchedule } from '../../harness/generate/draw-schedule.ts';
import { guarantees } from '../../properties/index.ts';
import { namedScenarios } from '../named.ts';
import { referenceInSim } from '../targets/reference/sim.ts';

/** What a hunt came to. */
export type Quarry = {
  /** Runs that were carried out; the last of them is the one that found something. */
  readonly runs: number;
  readonly simulatedMs: number;
  /** Processor time, start of the program included. */
  readonly cpuMs: number;
  /** The expected property that it broke, or none within the runs that were allowed. */
  readonly property: string | undefined;
  readonly scenario: string;
  /** What else was found before, and was not expected: broken properties, programs that threw. */
  readonly others: readonly string[];
};

const seed = 1;

/** Every second run has drawn faults; the others go through the scenarios that have a name, with 3 and with 5 managers. */
const ground = (): readonly [Scenario, ...Scenario[]] => {
  const { random, ...rest } = Object.fromEntries(namedScenarios);
  const of = (scenario: Scenario, managers: number): Scenario => ({
    ...scenario,
    shape: { ...scenario.shape, managers },
  });
  if (random === undefined) throw new Error('there is no scenario of drawn faults');
  const [first, ...others] = Object.values(rest).flatMap((scenario) =>
    [3, 5].flatMap((managers) => [of(random, managers), of(scenario, managers)]),
  );
  if (first === undefined) throw new Error('there is no scenario that has a name');
  return [first, ...others];
};

const hunt = (runsMax: number, expected: readonly string[]): Quarry => {
  const subject: Subject = {
    program: referenceInSim,
    properties: guarantees,
    draw: drawSchedule,
    scenarios: ground(),
    limits: defaultLimits,
  };
  const others = new Set<string>();
  let simulatedMs = 0;
  const cameTo = (runs: number, property: string | undefined, scenario: string): Quarry => {
    const { user, system } = process.cpuUsage();
    const cpuMs = Math.round((user + system) / 1_000);
    return { runs, simulatedMs, cpuMs, property, scenario, others: [...others] };
  };
  for (let index = 0; index < runsMax; index += 1) {
    const carriedOut = carryOut(subject, { seed, index });
    simulatedMs += carriedOut.run.simulatedMs;
    const scenario = carriedOut.run.scenario.name;
    for (const { property } of findingsOf(carriedOut)) {
      if (expected.includes(property)) return cameTo(index + 1, property, scenario);
      others.add(property);
    }
  }
  return cameTo(runsMax, undefined, '');
};

if (import.meta.main) {
  const [runs, ...expected] = process.argv.slice(2);
  process.stdout.write(`${JSON.stringify(hunt(Number(runs), expected))}\n`);
}
