import { expect, test } from '@jest/globals';
import { history } from '../testing/histories.ts';
import { stalledAfterHeal, stallWithin } from './stalls.ts';

/** Ends and lengths; the longest election timeout is 300 ms. */
const within = (from: number, to: number, ...stalls: readonly (readonly [number, number])[]) =>
  stallWithin(history({ stalls: stalls.map(([at, forMs]) => ({ at, forMs })) }), from, to)?.forMs;

test.each([
  ['one that is long enough', [[7_000, 200]], 200],
  ['one that is not', [[7_000, 150]], undefined],
  [
    'several that are long enough together',
    [
      [7_000, 90],
      [7_150, 80],
    ],
    170,
  ],
  [
    'several that are, but further apart',
    [
      [7_000, 90],
      [7_400, 80],
    ],
    undefined,
  ],
  [
    'one that several saw',
    [
      [7_000, 100],
      [7_010, 90],
      [7_020, 110],
    ],
    undefined,
  ],
  [
    'one that several saw, and another',
    [
      [7_000, 100],
      [7_010, 90],
      [7_150, 80],
    ],
    190,
  ],
  [
    'one longer than a timeout',
    [
      [8_000, 900],
      [8_100, 50],
    ],
    900,
  ],
] as const)('%s', (_what, stalls, forMs) => {
  expect(within(6_500, 9_000, ...stalls)).toBe(forMs);
});

test('those before and after do not count', () => {
  expect(within(6_500, 9_000, [6_400, 400], [9_700, 600])).toBeUndefined();
  expect(within(6_500, 9_000, [6_600, 400])).toBe(400);
});

test('the excuse says how long', () => {
  const { phases } = history();
  const stalls = [{ at: phases.healAt + 500, forMs: 250 }];
  expect(stalledAfterHeal(history({ stalls }))).toBe(
    'the machine stood still for 0.250 s after the heal',
  );
  expect(stalledAfterHeal(history())).toBeUndefined();
});
