import { describe, expect, test } from '@jest/globals';
import {
  carryOut,
  findingsOf,
  type CarriedOut,
  type Subject,
} from '../harness/campaign/carry-out.ts';
import { strangeIn } from '../harness/cli/strange-names.ts';
import { defaultLimits } from '../harness/conduct/plan.ts';
import { drawSchedule } from '../harness/generate/draw-schedule.ts';
import { properties } from '../properties/index.ts';
import { namedScenarios } from './named.ts';
import { referenceInSim } from './targets/reference/sim.ts';
import { referenceSwarm } from './targets/reference/target.ts';

const runsEach = 4;

/** What a scenario is there to put to the test, beside what every scenario does. */
const puts: Readonly<Record<string, readonly string[]>> = {
  'leader-cut-off': [
    'no-split-brain',
    'reached:election-during-a-cut',
    'at-most-one-leader-per-term',
    'linearizable',
  ],
  halves: ['no-split-brain', 'linearizable', 'old-manager-does-no-harm'],
  'minority-keeps-quiet': ['a-leader-returns', 'reached:unknown-outcome'],
  'one-way': ['no-split-brain', 'at-most-one-leader-per-term'],
  'two-networks': ['no-split-brain', 'reconciliation-converges'],
  flapping: ['at-most-one-leader-per-term', 'reconciliation-converges'],
  'rolling-restarts': ['acknowledged-writes-survive', 'reached:election-after-a-kill'],
  'all-at-once': ['acknowledged-writes-survive', 'a-leader-returns'],
  'old-manager-returns': [
    'old-manager-does-no-harm',
    'equal-index-equal-hash',
    'equal-index-equal-state',
  ],
  'autolocked-restart': ['autolocked-restart', 'reached:locked-restart'],
  'key-rotated-while-down': ['autolocked-restart', 'reached:locked-restart'],
  'worker-lost': ['reached:task-moved', 'reconciliation-converges'],
  'drain-under-load': [
    'reached:task-moved',
    'task-transitions-are-legal',
    'reconciliation-converges',
  ],
  'roles-change-under-load': [
    'members-change-in-order',
    'roles-as-asked',
    'autolocked-restart',
    'folder-opens-with-its-key',
    'reached:promotion',
    'reached:demotion',
  ],
  random: ['rejected-writes-never-happen'],
};

type Asked = {
  readonly managers: number;
  readonly workers?: number;
  readonly program?: typeof referenceInSim;
  readonly runs?: number;
};

const runsOf = (
  name: string,
  { managers, workers = 2, program = referenceInSim, runs = runsEach }: Asked,
): readonly CarriedOut[] => {
  const scenario = namedScenarios.get(name);
  if (scenario === undefined) throw new Error(`no scenario ${name}`);
  const subject: Subject = {
    program: program,
    properties: [...properties.values()],
    draw: drawSchedule,
    scenarios: [{ ...scenario, shape: { managers, workers } }],
    limits: defaultLimits,
  };
  return Array.from({ length: runs }, (_, index) => carryOut(subject, { seed: 1, index }));
};

describe.each([3, 5])('with %i managers', (managers) => {
  test.each([...namedScenarios.keys()])(
    '%s holds, and puts to the test what it is there for',
    (name) => {
      const runs = runsOf(name, { managers });
      expect(runs.flatMap(findingsOf)).toEqual([]);
      const tested = new Set(
        runs.flatMap(({ run }) =>
          run.verdicts.flatMap((judged) =>
            judged.verdict === 'pass' && judged.tested ? [judged.property] : [],
          ),
        ),
      );
      expect([...tested]).toEqual(expect.arrayContaining([...(puts[name] ?? [])]));
    },
  );
});

describe.each([0, 1, 3, 4])('with %i workers', (workers) => {
  const shape = { managers: 3, workers };
  const fitting = [...namedScenarios.values()].filter(
    ({ faults }) =>
      faults === 'drawn' || strangeIn(faults, { target: referenceSwarm, shape }) === undefined,
  );

  test.each(fitting.map(({ name }) => name))('%s holds', (name) => {
    const runs = name === 'random' ? 40 : 2;
    expect(runsOf(name, { ...shape, runs }).flatMap(findingsOf)).toEqual([]);
  });
});

test('the old manager comes back by a snapshot, because the log before it is gone', () => {
  let chunks = 0;
  const counting: typeof referenceInSim = {
    ...referenceInSim,
    fingerprint(message) {
      if (message.type === 'raft' && message.message.type === 'snapshot-chunk') chunks += 1;
      return referenceInSim.fingerprint(message);
    },
  };
  const runs = runsOf('old-manager-returns', { managers: 3, program: counting });
  expect(runs.flatMap(findingsOf)).toEqual([]);
  expect(chunks).toBeGreaterThanOrEqual(runsEach);
});
