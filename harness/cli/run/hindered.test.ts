import { expect, test } from '@jest/globals';
import type { PropertyTally } from '../../core/campaign.ts';
import type { Scenario } from '../../core/scenario.ts';
import { hinderedScenario, type Played } from './hindered.ts';

const scenario = (name: string): Scenario => ({
  name,
  title: name,
  target: 'toy',
  shape: { managers: 3, workers: 0 },
  workload: { clients: 1, perSecond: 1 },
  faults: 'drawn',
  injectMs: 5_000,
  settleMs: 3_000,
  settings: {},
  properties: ['safe', 'live'],
});

const [first, second] = [scenario('first'), scenario('second')];

/** `stalledUntil`: the end of a stall of 0.4 s; the faults begin at 0. */
const played = (of: Scenario, stalledUntil?: number): Played => ({
  scenario: of,
  history: {
    phases: { injectAt: 0, healAt: 5_000, healedAt: 5_000, quietAt: 6_000, endAt: 9_000 },
    stalls: stalledUntil === undefined ? [] : [{ at: stalledUntil, forMs: 400 }],
  },
});

/** What came of the properties `safe` and `live` over all runs. */
const tallies = (
  safe: Partial<PropertyTally>,
  live: Partial<PropertyTally>,
): readonly PropertyTally[] => {
  const none = { guarantee: '', source: '', pass: 2, tested: 0, fail: 0, unknown: 0 };
  return [
    { ...none, property: 'safe', kind: 'safety', missing: undefined, ...safe },
    { ...none, property: 'live', kind: 'liveness', missing: undefined, ...live },
  ];
};
const liveUntested = tallies({ tested: 1 }, {});

test('where every property was put to the test somewhere, nothing is played again', () => {
  const runs = [played(first, 1_000), played(second, 1_000)];
  expect(hinderedScenario(runs, tallies({ tested: 1 }, { tested: 2 }))).toBeUndefined();
});

test('a run that stalled and left a property untested is', () => {
  expect(hinderedScenario([played(first), played(second, 1_000)], liveUntested)).toBe(second);
});

test('so is one of many that could not tell in too many runs', () => {
  const runs = [played(first), played(second, 1_000)];
  const often = tallies({ tested: 1 }, { pass: 13, tested: 13, unknown: 2 });
  expect(hinderedScenario(runs, often)).toBe(second);
  const seldom = tallies({ tested: 1 }, { pass: 18, tested: 18, unknown: 2 });
  expect(hinderedScenario(runs, seldom)).toBeUndefined();
});

test('a run that never should have put it to the test is not', () => {
  const other: Scenario = { ...second, properties: ['safe'] };
  expect(hinderedScenario([played(first), played(other, 1_000)], liveUntested)).toBeUndefined();
});

test('a stall that ended before the faults hinders nothing', () => {
  expect(hinderedScenario([played(first, -100)], liveUntested)).toBeUndefined();
  expect(hinderedScenario([played(first, 100)], liveUntested)).toBe(first);
});

test('a machine that did not stall is no excuse', () => {
  expect(hinderedScenario([played(first)], liveUntested)).toBeUndefined();
});

test('what is broken is found already', () => {
  const broken = tallies({ fail: 1 }, {});
  expect(hinderedScenario([played(first, 1_000)], broken)).toBeUndefined();
});

test('scenarios take turns', () => {
  const [one, other] = [played(first, 1_000), played(second, 1_000)];
  expect(hinderedScenario([one, other], liveUntested)).toBe(first);
  expect(hinderedScenario([one, other, one], liveUntested)).toBe(second);
  expect(hinderedScenario([one, other, one, other], liveUntested)).toBe(first);
});
