import { expect, test } from '@jest/globals';
import type { Observation } from '../../harness/core/history.ts';
import { history, leads, members, role, says, vote } from '../testing/histories.ts';
import { electedByAMajority } from './elected-by-a-majority.ts';

const judge = (observations: readonly Observation[]) =>
  electedByAMajority.judge(history({ observations }));

const five = members('m1', 'm2', 'm3', 'm4', 'm5');
/** m1 stands in term 4, knows of five managers, and comes to lead. */
const elected = says('m1', 'a', [
  [10, five],
  [100, role('m1', 4, 'candidate')],
  [101, vote('m1', 4, 'm1')],
  [120, leads('m1', 4)],
]);
const votes = (node: string, ...words: Parameters<typeof says>[2]) => says(node, 'a', words);

test('two votes and its own are most of five', () => {
  const observations = [
    ...elected,
    ...votes('m2', [110, vote('m2', 4, 'm1')]),
    ...votes('m3', [111, vote('m3', 4, 'm1')]),
  ];
  expect(judge(observations)).toEqual({
    verdict: 'pass',
    tested: true,
    because: 'every leader had the votes of a majority (1)',
  });
});

test('votes of another term, for another, of strangers and the same vote again do not count', () => {
  const verdict = judge([
    ...elected,
    ...votes('m2', [110, vote('m2', 4, 'm1')], [112, vote('m2', 4, 'm1')]),
    ...votes('m3', [90, vote('m3', 3, 'm1')]),
    ...votes('m4', [111, vote('m4', 4, 'm5')]),
    ...votes('m9', [111, vote('m9', 4, 'm1')]),
  ]);
  expect(verdict).toMatchObject({
    verdict: 'fail',
    summary: 'm1 leads term 4 with 2 votes, and 5 managers may vote',
    moments: [
      { at: 90, text: 'm3 votes for m1 in term 3  ← not in term 4' },
      { at: 100, node: 'm1', text: 'm1 asks for votes in term 4' },
      { at: 110, text: 'm2 votes for m1' },
      { at: 111, node: 'm4' },
      { at: 111, node: 'm9' },
      { at: 112, node: 'm2' },
      { at: 120, node: 'm1', text: 'm1 leads term 4 with the votes of m1, m2, m9' },
    ],
  });
});

test('in virtual time a vote counts once it is given; live, words change places on their way', () => {
  const observations = [
    ...elected,
    ...votes('m2', [110, vote('m2', 4, 'm1')]),
    ...votes('m3', [90, vote('m3', 3, 'm1')], [121, vote('m3', 4, 'm1')]),
  ];
  const judgeOn = (backend: 'sim' | 'process') =>
    electedByAMajority.judge(history({ backend, observations }));
  expect(judgeOn('sim')).toMatchObject({
    verdict: 'fail',
    summary: 'm1 leads term 4 with 2 votes, and 5 managers may vote',
    moments: [
      { at: 90, text: 'm3 votes for m1 in term 3  ← in term 4 only later' },
      { at: 100 },
      { at: 110, text: 'm2 votes for m1' },
      { at: 120, text: 'm1 leads term 4 with the votes of m1, m2' },
      { at: 121, text: 'm3 votes for m1' },
    ],
  });
  expect(judgeOn('process').verdict).toBe('pass');
});

test('the members count that the leader knew of when it was elected', () => {
  const observations = says('m1', 'a', [
    [10, members('m1')],
    [20, leads('m1', 1)],
    [30, five],
    [40, role('m1', 2, 'follower')],
  ]);
  expect(judge(observations)).toMatchObject({ verdict: 'pass', tested: false });
});

test('what nobody says leaves it unknown', () => {
  expect(judge(says('m1', 'a', [[10, five]])).verdict).toBe('unknown');
  expect(judge(says('m1', 'a', [[10, leads('m1', 1)]])).verdict).toBe('unknown');
  const unheard = judge(
    says('m1', 'a', [
      [10, five],
      [20, leads('m1', 2)],
    ]),
  );
  expect(unheard).toEqual({ verdict: 'unknown', missing: 'no node said for whom it votes' });
});
