import { describe, expect, test } from '@jest/globals';
import { trial } from './trial.ts';

const seeds = Array.from({ length: 12 }, (_, at) => at + 1);

describe('the control plane', () => {
  test.each(seeds)(
    'keeps its rules and comes to rest as asked, without faults (seed %d)',
    (seed) => {
      expect(trial({ seed, steps: 30, faults: false }).problems).toEqual([]);
    },
  );

  test.each(seeds)('keeps its rules and comes to rest as asked, after faults (seed %d)', (seed) => {
    expect(trial({ seed, steps: 30, faults: true }).problems).toEqual([]);
  });

  test('lives the same life again from the same seed', () => {
    const lives = [1, 2].map(() => trial({ seed: 99, steps: 20, faults: true }));
    expect(lives[0]).toEqual(lives[1]);
    expect(lives[0]?.commits).toBeGreaterThan(20);
  });
});
