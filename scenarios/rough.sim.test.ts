import { describe, expect, test } from '@jest/globals';
import { carryOut, findingsOf, type Subject } from '../harness/campaign/carry-out.ts';
import { defaultLimits } from '../harness/conduct/plan.ts';
import { drawSchedule } from '../harness/generate/draw-schedule.ts';
import { properties } from '../properties/index.ts';
import { roughScenarios } from './rough.ts';
import { referenceInSim } from './targets/reference/sim.ts';

const runsEach = 6;

/** What shows that a scenario is as rough as it says. */
const puts: Readonly<Record<string, string>> = {
  'leaders-do-not-last': 'reached:election-after-a-kill',
  'restarts-in-a-rush': 'reached:locked-restart',
  'keys-change-in-a-rush': 'folder-opens-with-its-key',
  'roles-change-in-a-rush': 'roles-as-asked',
  'sides-overlap': 'reached:election-during-a-cut',
  'nodes-come-and-go': 'members-change-in-order',
};

describe.each([3, 5])('with %i managers', (managers) => {
  test.each([...roughScenarios.values()].map((scenario) => ({ scenario, name: scenario.name })))(
    '$name holds, and puts to the test what it is there for',
    ({ scenario, name }) => {
      const { workers } = scenario.shape;
      const subject: Subject = {
        program: referenceInSim,
        properties: [...properties.values()],
        draw: drawSchedule,
        scenarios: [{ ...scenario, shape: { managers, workers } }],
        limits: defaultLimits,
      };
      const runs = Array.from({ length: runsEach }, (_, index) =>
        carryOut(subject, { seed: 1, index }),
      );
      expect(runs.flatMap(findingsOf)).toEqual([]);
      const tested = runs.flatMap(({ run }) =>
        run.verdicts.flatMap((judged) =>
          judged.verdict === 'pass' && judged.tested ? [judged.property] : [],
        ),
      );
      expect(tested).toContain(puts[name] ?? `what ${name} puts to the test`);
    },
  );
});
