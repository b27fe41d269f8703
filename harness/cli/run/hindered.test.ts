import { expect, test } from '@jest/globals';
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

type Shown = 'tested' | 'untested' | 'fail' | 'unknown';

const played = (
  of: Scenario,
  [safe, live]: readonly [Shown, Shown],
  stalledAt?: number,
): Played => {
  const judged = (property: string, shown: Shown): Played['verdicts'][number] => {
    const about = { property, guarantee: '', source: '' };
    switch (shown) {
      case 'fail':
        return { ...about, verdict: 'fail', summary: '', moments: [] };
      case 'unknown':
        return { ...about, verdict: 'unknown', missing: '' };
      default:
        return { ...about, verdict: 'pass', tested: shown === 'tested', because: '' };
    }
  };
  return {
    scenario: of,
    verdicts: [judged('safe', safe), judged('live', live)],
    history: {
      phases: { injectAt: 0, healAt: 5_000, healedAt: 5_000, quietAt: 6_000, endAt: 9_000 },
      stalls: stalledAt === undefined ? [] : [{ at: stalledAt, forMs: 400 }],
    },
  };
};

test('where every property was put to the test somewhere, nothing is played again', () => {
  const runs = [
    played(first, ['tested', 'untested'], 1_000),
    played(second, ['unknown', 'tested'], 1_000),
  ];
  expect(hinderedScenario(runs)).toBeUndefined();
});

test('a run that stalled and left a property untested is', () => {
  const runs = [
    played(first, ['tested', 'untested']),
    played(second, ['tested', 'unknown'], 1_000),
  ];
  expect(hinderedScenario(runs)).toBe(second);
});

test('a stall before the faults hinders nothing', () => {
  expect(hinderedScenario([played(first, ['tested', 'untested'], -2_000)])).toBeUndefined();
  expect(hinderedScenario([played(first, ['tested', 'untested'], -100)])).toBe(first);
});

test('a machine that did not stall is no excuse', () => {
  expect(hinderedScenario([played(first, ['untested', 'unknown'])])).toBeUndefined();
});

test('what is broken is found already', () => {
  const runs = [played(first, ['fail', 'tested']), played(second, ['tested', 'untested'], 1_000)];
  expect(hinderedScenario(runs)).toBeUndefined();
});

test('scenarios take turns', () => {
  const stalled = (of: Scenario): Played => played(of, ['tested', 'untested'], 1_000);
  const runs = [stalled(first), stalled(second)];
  expect(hinderedScenario(runs)).toBe(first);
  expect(hinderedScenario([...runs, stalled(first)])).toBe(second);
  expect(hinderedScenario([...runs, stalled(first), stalled(second)])).toBe(first);
});
