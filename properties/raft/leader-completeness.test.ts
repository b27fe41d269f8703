import { expect, test } from '@jest/globals';
import type { Observation } from '../../harness/core/history.ts';
import { commit, history, leads, role, says, vote } from '../testing/histories.ts';
import { leaderCompleteness } from './leader-completeness.ts';

const judge = (observations: readonly Observation[]) =>
  leaderCompleteness.judge(history({ observations }));

const elected = (node: string, term: number, lastIndex: number) => ({
  ...leads(node, term),
  lastIndex,
});

/** m1 commits up to entry 12 in term 1, and follows. */
const first = says('m1', 'a', [
  [100, elected('m1', 1, 2)],
  [110, commit(5, 1)],
  [200, commit(12, 2)],
  [300, role('m1', 2, 'follower')],
  [310, commit(20, 3)],
]);

test('a leader that has all that earlier ones committed is complete', () => {
  expect(judge([...first, ...says('m2', 'a', [[290, elected('m2', 2, 12)]])])).toEqual({
    verdict: 'pass',
    tested: true,
    because: 'every leader had all that was committed in earlier terms (1)',
  });
});

test('one that lacks an entry is not, even if it is never overwritten', () => {
  const observations = [
    ...first,
    ...says('m2', 'a', [
      [280, role('m2', 2, 'candidate')],
      [290, elected('m2', 2, 11)],
    ]),
    ...says('m3', 'a', [[285, vote('m3', 2, 'm2')]]),
  ];
  expect(judge(observations)).toEqual({
    verdict: 'fail',
    summary: 'm2 leads term 2 with a log up to entry 11, and entry 12 was committed in term 1',
    moments: [
      { at: 100, node: 'm1', text: 'm1 leads term 1' },
      { at: 200, node: 'm1', text: 'm1 has committed entry 12' },
      { at: 280, node: 'm2', text: 'm2 asks for votes in term 2' },
      { at: 290, node: 'm2', text: 'm2 leads term 2 with the votes of m3' },
      { at: 290, node: 'm2', text: 'm2 has a log that ends with entry 11' },
    ],
  });
});

test('whoever voted for it with the entry in its own log is named', () => {
  const observations = [
    ...first,
    ...says('m2', 'a', [[290, elected('m2', 2, 11)]]),
    ...says('m3', 'a', [
      [284, { ...role('m3', 2, 'follower'), lastIndex: 12 } as ReturnType<typeof role>],
      [285, vote('m3', 2, 'm2')],
    ]),
  ];
  expect(judge(observations)).toMatchObject({
    moments: expect.arrayContaining([
      {
        at: 285,
        node: 'm3',
        text: 'm3 votes for m2, although its own log has entry 12',
      },
    ]) as unknown,
  });
});

test('two leaders of one term are each held against the terms before', () => {
  const second = says('m2', 'a', [
    [290, elected('m2', 2, 12)],
    [320, commit(30, 3)],
  ]);
  const third = says('m3', 'a', [[330, elected('m3', 2, 11)]]);
  expect(judge([...first, ...second, ...third])).toMatchObject({
    verdict: 'fail',
    summary: 'm3 leads term 2 with a log up to entry 11, and entry 12 was committed in term 1',
  });
});

test('a leader of an earlier term that hears of its votes late lacks nothing that it should have', () => {
  const late = says('m3', 'a', [[400, elected('m3', 1, 4)]]);
  const second = says('m2', 'a', [
    [290, elected('m2', 2, 12)],
    [320, commit(20, 3)],
  ]);
  expect(judge([...first.slice(3), ...second, ...late])).toMatchObject({
    verdict: 'pass',
    tested: false,
  });
});

test('what nobody says leaves it unknown', () => {
  expect(judge([]).verdict).toBe('unknown');
  expect(judge(says('m1', 'a', [[10, leads('m1', 1)]])).verdict).toBe('unknown');
});
