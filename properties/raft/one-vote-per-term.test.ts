import { expect, test } from '@jest/globals';
import type { Observation } from '../../harness/core/history.ts';
import { history, leads, role, says, vote } from '../testing/histories.ts';
import { oneVotePerTerm } from './one-vote-per-term.ts';

const judge = (observations: readonly Observation[]) =>
  oneVotePerTerm.judge(history({ observations }));

test('one vote in each term is right, also where it is said again', () => {
  const observations = says('m1', 'a', [
    [100, vote('m1', 1, 'm1')],
    [900, vote('m1', 2, 'm2')],
    [910, vote('m1', 2, 'm2')],
  ]);
  expect(judge(observations)).toEqual({
    verdict: 'pass',
    tested: true,
    because: '3 votes were given in 2 terms, each of them once',
  });
});

test('the votes of several managers in one term are their own; that for itself tries nobody', () => {
  const observations = [
    ...says('m1', 'a', [[900, vote('m1', 2, 'm1')]]),
    ...says('m2', 'a', [[905, vote('m2', 2, 'm2')]]),
  ];
  expect(judge(observations)).toMatchObject({ verdict: 'pass', tested: false });
});

test('a second vote is found, and whom both were for', () => {
  const observations = [
    ...says('m2', 'a', [[895, role('m2', 2, 'candidate')]]),
    ...says('m1', 'a', [
      [900, vote('m1', 2, 'm2')],
      [920, vote('m1', 2, 'm1')],
    ]),
  ];
  expect(judge(observations)).toMatchObject({
    verdict: 'fail',
    summary: 'm1 votes twice in term 2: for m2, then for itself',
  });
});

test('a restart between both is part of the story', () => {
  const verdict = judge([
    ...says('m3', 'a', [[890, role('m3', 2, 'candidate')]]),
    ...says('m1', 'a', [[900, vote('m1', 2, 'm1')]]),
    ...says('m1', 'b', [
      [950, role('m1', 2, 'follower')],
      [970, vote('m1', 2, 'm3')],
    ]),
  ]);
  expect(verdict.verdict === 'fail' ? verdict.moments : []).toEqual([
    { at: 900, node: 'm1', text: 'm1 votes for itself in term 2' },
    { at: 950, node: 'm1', text: 'm1 has started again' },
    { at: 970, node: 'm1', text: 'm1 votes for m3 in the same term' },
  ]);
});

test('nodes that say nothing of their votes leave it unknown', () => {
  expect(judge(says('m1', 'a', [[10, leads('m1', 1)]])).verdict).toBe('unknown');
});
