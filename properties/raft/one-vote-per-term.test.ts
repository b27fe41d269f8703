import { expect, test } from '@jest/globals';
import type { Observation } from '../../harness/core/history.ts';
import { history, leads, members, role, says, vote } from '../testing/histories.ts';
import { oneVotePerTerm } from './one-vote-per-term.ts';

const judge = (observations: readonly Observation[]) =>
  oneVotePerTerm.judge(history({ observations }));

const candidates = [
  ...says('m2', 'b', [[890, role('m2', 2, 'candidate')]]),
  ...says('m3', 'c', [[910, role('m3', 2, 'candidate')]]),
];

test('a second vote in one term breaks it, also where nobody comes to lead by it', () => {
  const verdict = judge([
    ...candidates,
    ...says('m1', 'a', [
      [900, vote('m1', 2, 'm2')],
      [920, vote('m1', 2, 'm3')],
    ]),
  ]);
  expect(verdict).toEqual({
    verdict: 'fail',
    summary: 'm1 votes twice in term 2: for m2, then for m3',
    moments: [
      { at: 890, node: 'm2', text: 'm2 asks for votes in term 2' },
      { at: 900, node: 'm1', text: 'm1 votes for m2 in term 2' },
      { at: 910, node: 'm3', text: 'm3 asks for votes in term 2' },
      { at: 920, node: 'm1', text: 'm1 votes for m3  ← its second vote in term 2' },
    ],
  });
});

test('a candidate that votes for another one in its own term votes twice', () => {
  const verdict = judge([
    ...candidates,
    ...says('m3', 'c', [
      [910, vote('m3', 2, 'm3')],
      [930, vote('m3', 2, 'm2')],
    ]),
  ]);
  expect(verdict).toMatchObject({
    verdict: 'fail',
    summary: 'm3 votes twice in term 2: for itself, then for m2',
  });
});

test('the same vote told twice is one, and each term has its own', () => {
  const observations = says('m1', 'a', [
    [900, vote('m1', 2, 'm2')],
    [905, vote('m1', 2, 'm2')],
    [1_900, vote('m1', 3, 'm3')],
  ]);
  expect(judge(observations)).toEqual({
    verdict: 'pass',
    tested: true,
    because: '2 votes given to others, by each member one a term',
  });
});

test('what a restart makes of a vote is judged elsewhere', () => {
  const observations = [
    ...says('m1', 'a', [[900, vote('m1', 2, 'm2')]]),
    ...says('m1', 'a2', [[950, vote('m1', 2, 'm3')]]),
  ];
  expect(judge(observations).verdict).toBe('pass');
});

test('who votes only for itself, or needs no vote, puts nothing to the test', () => {
  expect(judge(says('m1', 'a', [[900, vote('m1', 2, 'm1')]]))).toMatchObject({ tested: false });
  const alone = says('m1', 'a', [
    [10, members('m1')],
    [20, leads('m1', 1)],
  ]);
  expect(judge(alone)).toMatchObject({ verdict: 'pass', tested: false });
});

test('nodes that say nothing of their votes leave it unknown', () => {
  expect(judge(says('m1', 'a', [[10, leads('m1', 1)]])).verdict).toBe('unknown');
});
