import { expect, test } from '@jest/globals';
import { stateOf, type PropertyTally } from './campaign.ts';

const tally = (counts: Partial<PropertyTally>): PropertyTally => ({
  property: 'a-leader-returns',
  kind: 'liveness',
  guarantee: '',
  source: '',
  pass: 0,
  tested: 0,
  fail: 0,
  unknown: 0,
  missing: undefined,
  ...counts,
});

test.each([
  ['one failure outranks everything', { pass: 99, tested: 99, fail: 1 }, 'broken'],
  ['what no run put to the test has proven nothing', { pass: 9, unknown: 1 }, 'inconclusive'],
  ['a tenth of the runs may be unknown', { pass: 9, tested: 9, unknown: 1 }, 'held'],
  ['more than a tenth may not', { pass: 17, tested: 17, unknown: 2 }, 'inconclusive'],
  ['safety is not a matter of time', { kind: 'safety', pass: 2, tested: 2, unknown: 2 }, 'held'],
  [
    'what failed to judge one run has judged none',
    { kind: 'safety', pass: 98, tested: 98, unknown: 2, faulty: 1 },
    'inconclusive',
  ],
  ['but what it saw broken is', { kind: 'safety', fail: 1, unknown: 1, faulty: 1 }, 'broken'],
] as const)('%s', (_, counts, state) => {
  expect(stateOf(tally(counts))).toBe(state);
});
