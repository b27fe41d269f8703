import { describe, expect, test } from '@jest/globals';
import { trial } from './trial.ts';

const seeds = Array.from({ length: 12 }, (_, at) => at + 1);

describe('the control plane', () => {
  test.each(seeds)(
    'keeps its rules and comes to rest as asked, without faults (seed %d)',
    (seed) => {
      expect(trial({ seed, steps: 30, faults: false })).toEqual([]);
    },
  );

  test.each(seeds)('keeps its rules and comes to rest as asked, after faults (seed %d)', (seed) => {
    expect(trial({ seed, steps: 30, faults: true })).toEqual([]);
  });

  test('lives the same life again from the same seed', () => {
    // What goes wrong names ids and times, so a fault that is planted would differ too.
    expect(trial({ seed: 99, steps: 20, faults: true })).toEqual(
      trial({ seed: 99, steps: 20, faults: true }),
    );
  });
});
