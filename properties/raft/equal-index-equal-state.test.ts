import { describe, expect, test } from '@jest/globals';
import { asksRole, commit, history, members, role, says, state } from '../testing/histories.ts';
import { equalIndexEqualState } from './equal-index-equal-state.ts';

const judge = (given: Parameters<typeof history>[0]) => equalIndexEqualState.judge(history(given));

describe('equal index, equal state', () => {
  test('managers that hold the same are compared wherever both said so', () => {
    const observations = [
      ...says('m1', 'a', [
        [1, state(64, 'aa')],
        [2, state(70, 'bb')],
      ]),
      ...says('m2', 'a', [
        [3, state(64, 'aa')],
        [4, state(128, 'cc')],
      ]),
    ];
    expect(judge({ observations })).toMatchObject({ verdict: 'pass', tested: true });
  });

  test('other objects at one index are found, whoever was there first', () => {
    const observations = [
      ...says('m1', 'a', [[5, state(64, 'aa')]]),
      ...says('m2', 'a', [[3, state(64, 'ab')]]),
    ];
    expect(judge({ observations })).toEqual({
      verdict: 'fail',
      summary: 'm1 and m2 have different states with everything up to index 64 applied',
      moments: [
        {
          at: 3,
          node: 'm2',
          text: 'm2 has applied everything up to 64, and its objects have the digest ab',
        },
        {
          at: 5,
          node: 'm1',
          text: 'm1 has applied everything up to 64, and its objects have the digest aa',
        },
      ],
    });
  });

  test('in which kind of object they differ is said where it is told', () => {
    const parts = { node: '11', service: '22', task: '33' };
    const observations = [
      ...says('m1', 'a', [[5, state(64, 'aa', parts)]]),
      ...says('m2', 'a', [[3, state(64, 'ab', { ...parts, task: '34' })]]),
    ];
    expect(judge({ observations })).toMatchObject({
      summary:
        'm1 and m2 have different states with everything up to index 64 applied, they differ in the objects of kind task',
    });
  });

  test('a manager that restores something else than it had is found', () => {
    const observations = [
      ...says('m1', 'a', [[1, state(40, 'aa')]]),
      ...says('m1', 'b', [[3, state(40, 'ab')]]),
    ];
    expect(judge({ observations })).toMatchObject({
      summary: 'm1 had two different states with everything up to index 40 applied',
    });
  });

  test.each([
    ['managers that told of different indexes', [state(64, 'aa')], [state(128, 'bb')]],
    ['a manager that says the same twice', [state(64, 'aa'), state(64, 'aa')], []],
  ])('%s prove nothing', (_, one, other) => {
    const observations = [
      ...says(
        'm1',
        'a',
        one.map((words, at) => [at, words]),
      ),
      ...says(
        'm2',
        'a',
        other.map((words, at) => [at, words]),
      ),
    ];
    expect(judge({ observations })).toMatchObject({ verdict: 'pass', tested: false });
  });

  test('without states it is unknown', () => {
    expect(judge({}).verdict).toBe('unknown');
  });
});

describe('equal index, equal members', () => {
  const asked = asksRole('m3', 'worker', [1_000, 1_100]);
  const told = (node: string, index: number, ...voters: readonly string[]) =>
    says(node, 'a', [
      [500, role(node, 1, 'follower')],
      [600, { ...members('m1', 'm2', 'm3'), index: 1 } as ReturnType<typeof members>],
      [1_500, { ...members(...voters), index } as ReturnType<typeof members>],
      [1_600, commit(30, 7)],
    ]);
  const without = told('m1', 20, 'm1', 'm2');

  test('managers that have committed the same know the same members', () => {
    const observations = [...without, ...told('m2', 20, 'm2', 'm1')];
    expect(judge({ observations, operations: [asked] }).verdict).not.toBe('fail');
  });

  test('one that missed a change, or kept one, is found', () => {
    const observations = [...without, ...told('m2', 1, 'm1', 'm2', 'm3')];
    expect(judge({ observations, operations: [asked] })).toMatchObject({
      verdict: 'fail',
      summary: 'm1 and m2 know of different members with everything up to index 30 committed',
    });
  });

  test('a change that is not committed yet is compared with nothing', () => {
    const observations = [...without, ...told('m2', 31, 'm1', 'm2', 'm3')];
    expect(judge({ observations, operations: [asked] }).verdict).not.toBe('fail');
  });
});
