import { expect, test } from '@jest/globals';
import { sparing } from './limits.ts';

test('a check of many operations ends earlier, so that a pause of the collector fits in', () => {
  expect(sparing({ timeoutMs: 20_000 }, 1_000_000)).toEqual({ timeoutMs: 19_800 });
  expect(sparing({ timeoutMs: 100 }, 1_000_000)).toEqual({ timeoutMs: 90 });
});

test('few operations cost it nothing worth speaking of, and no limit stays none', () => {
  expect(sparing({ timeoutMs: 1_000 }, 200).timeoutMs).toBeCloseTo(1_000, 1);
  expect(sparing({ maxStates: 5 }, 1_000_000)).toEqual({ maxStates: 5 });
});
