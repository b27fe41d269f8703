import { describe, expect, test } from '@jest/globals';
import type { History } from '../../harness/core/history.ts';
import {
  asksRole,
  between,
  commit,
  cut,
  history,
  kill,
  leads,
  lived,
  lock,
  members,
  role,
  says,
  write,
} from '../testing/histories.ts';
import { reached, situationNames, type Situation } from './reached.ts';

const cutOff = cut(between(['m1'], ['m2', 'm3']), [2_000, 5_000]);
const elected = says('m2', 'a', [[2_500, leads('m2', 2)]]);
const open = write(['create', 'a', '1'], 'm1', [1_900, 2_600]);

type Placed = { readonly id: string; readonly node: string; readonly desired?: string };

/** One task of slot 1 after the other, as a manager saw them committed. */
const placed = (manager: string, ...tasks: readonly Placed[]) =>
  says(
    manager,
    'a',
    tasks.map(({ id, node, desired = 'running' }, at) => {
      const slot = { service: 's', slot: 1, state: 'assigned', removed: false };
      return [at, commit(at + 1, at, [{ id, node, desired, ...slot }])] as const;
    }),
  );
const onW1: Placed = { id: 't0', node: 'w1' };
const onW2: Placed = { id: 't1', node: 'w2' };

const met: Readonly<Record<Situation, Partial<History>>> = {
  'election-during-a-cut': { faults: [cutOff], observations: elected },
  'election-after-a-kill': { faults: [kill('m1', [2_000, 5_000])], observations: elected },
  'write-in-flight-at-a-cut': { faults: [cutOff], operations: [open] },
  'write-in-flight-at-a-kill': { faults: [kill('m1', [2_000, 5_000])], operations: [open] },
  'locked-restart': {
    lifecycle: [lived('m2', 'killed', 2_000)],
    observations: says('m2', 'b', [[2_100, lock('locked')]]),
  },
  'task-moved': { observations: placed('m1', onW1, onW2) },
  promotion: {
    operations: [asksRole('w1', 'manager', [1_200, 1_210])],
    observations: [
      ...says('w1', 'a', [[1_250, role('w1', 1, 'learner')]]),
      ...says('m1', 'a', [[1_300, members('m1', 'm2', 'm3', 'w1')]]),
    ],
  },
  demotion: { observations: says('m3', 'a', [[1_250, role('m3', 1, 'none')]]) },
  'unknown-outcome': { operations: [{ ...open, outcome: 'unknown' }] },
};

describe.each(situationNames)('reached:%s', (situation) => {
  test('passes where it was met, and says how', () => {
    expect(reached(situation).judge(history(met[situation]))).toMatchObject({
      verdict: 'pass',
      tested: true,
    });
  });

  test('is unknown where it was not', () => {
    expect(reached(situation).judge(history()).verdict).toBe('unknown');
  });
});

test.each<readonly [Situation, Partial<History>]>([
  [
    'election-during-a-cut',
    { faults: [{ ...cutOff, evidence: { bit: false, text: '' } }], observations: elected },
  ],
  [
    'election-during-a-cut',
    { faults: [cutOff], observations: says('m2', 'a', [[5_500, leads('m2', 2)]]) },
  ],
  [
    'write-in-flight-at-a-cut',
    { faults: [cutOff], operations: [write(['create', 'a', '1'], 'm1', [1_900, 1_950])] },
  ],
  ['task-moved', { observations: placed('m1', onW1, { ...onW2, node: 'w1' }) }],
  ['task-moved', { observations: placed('m1', onW1, { ...onW2, desired: 'ready' }) }],
])('%s is not met by something like it', (situation, given) => {
  expect(reached(situation).judge(history(given)).verdict).toBe('unknown');
});

test('a move is met where only a manager that outlived another one saw it', () => {
  const observations = [...placed('m1', onW1), ...placed('m2', onW1, onW2)];
  expect(reached('task-moved').judge(history({ observations })).verdict).toBe('pass');
});

test('a move is met by a replacement that waited until the task before it had gone', () => {
  const observations = placed('m1', onW1, { ...onW2, desired: 'ready' }, onW2);
  expect(reached('task-moved').judge(history({ observations })).verdict).toBe('pass');
});

test.each(['election-during-a-cut', 'write-in-flight-at-a-cut'] as const)(
  'reached:%s is not met where only clients lost sight of nodes',
  (situation) => {
    const faults = [cut(between(['client'], ['m1', 'm2', 'm3']), [2_000, 5_000])];
    const run = history({ ...met[situation], faults });
    expect(reached(situation).judge(run).verdict).toBe('unknown');
  },
);
