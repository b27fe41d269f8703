import { describe, expect, test } from '@jest/globals';
import { runTrial } from './trial.ts';
import type { TrialResult } from './trial.ts';

const trialsOf = (disk: 'model' | 'log', count: number): TrialResult[] =>
  Array.from({ length: count }, (_, at) => runTrial(at + 1, disk));

const total = (trials: readonly TrialResult[], what: string): number =>
  trials.reduce((sum, { counts }) => sum + (counts.get(what) ?? 0), 0);

describe.each([
  ['a disk as the contract describes it', 'model' as const, 150],
  ['the real log on files that a crash tears', 'log' as const, 30],
])('whole clusters under drawn faults, on %s', (_which, disk, count) => {
  const trials = trialsOf(disk, count);

  test('election safety, leader completeness, log matching, state machine safety and linearizable reads hold, and they go on after the heal', () => {
    expect(trials.filter(({ violation }) => violation !== undefined)).toEqual([]);
  });

  test.each([
    'elections',
    'crashes',
    'pauses',
    'partitions',
    'isolations',
    'transfers',
    'compactions',
    'installs',
    'configurations',
    'proposals committed',
    'proposals lost',
    'proposals refused',
    'reads ready',
    'reads refused',
  ])('the trials met %s', (what) => {
    expect(total(trials, what)).toBeGreaterThan(count / 3);
  });
});

test('the same seed gives the same trial', () => {
  expect(runTrial(7)).toEqual(runTrial(7));
  expect(runTrial(7).counts).not.toEqual(runTrial(8).counts);
});
