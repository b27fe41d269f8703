import { describe, expect, test } from '@jest/globals';
import type { History } from '../../harness/core/history.ts';
import {
  between,
  commit,
  cut,
  history,
  kill,
  leads,
  lived,
  lock,
  says,
  write,
} from '../testing/histories.ts';
import { reached, situationNames, type Situation } from './reached.ts';

const cutOff = cut(between(['m1'], ['m2', 'm3']), [2_000, 5_000]);
const elected = says('m2', 'a', [[2_500, leads('m2', 2)]]);
const open = write(['create', 'a', '1'], 'm1', [1_900, 2_600]);

const moved = (...nodes: readonly string[]) => movedAsSeenBy('m1', nodes);
const movedAsSeenBy = (manager: string, nodes: readonly string[]) =>
  says(
    manager,
    'a',
    nodes.map((node, at) => {
      const task = {
        id: `t${at}`,
        service: 's',
        slot: 1,
        node,
        state: 'assigned',
        desired: 'running',
        removed: false,
      };
      return [at, commit(at + 1, at, [task])] as const;
    }),
  );

const met: Readonly<Record<Situation, Partial<History>>> = {
  'election-during-a-cut': { faults: [cutOff], observations: elected },
  'election-after-a-kill': { faults: [kill('m1', [2_000, 5_000])], observations: elected },
  'write-in-flight-at-a-cut': { faults: [cutOff], operations: [open] },
  'write-in-flight-at-a-kill': { faults: [kill('m1', [2_000, 5_000])], operations: [open] },
  'locked-restart': {
    lifecycle: [lived('m2', 'killed', 2_000)],
    observations: says('m2', 'b', [[2_100, lock('locked')]]),
  },
  'task-moved': { observations: moved('w1', 'w2') },
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
  ['task-moved', { observations: moved('w1', 'w1') }],
])('%s is not met by something like it', (situation, given) => {
  expect(reached(situation).judge(history(given)).verdict).toBe('unknown');
});

test('a move is met where only a manager that outlived another one saw it', () => {
  const observations = [...moved('w1'), ...movedAsSeenBy('m2', ['w1', 'w2'])];
  expect(reached('task-moved').judge(history({ observations })).verdict).toBe('pass');
});
