import { expect, test } from '@jest/globals';
import type { Lifecycle, Observation } from '../../harness/core/history.ts';
import { history, leads, members, role, says, vote } from '../testing/histories.ts';
import { votesSurviveRestarts } from './votes-survive-restarts.ts';

const judge = (observations: readonly Observation[], lifecycle: readonly Lifecycle[] = []) =>
  votesSurviveRestarts.judge(history({ observations, lifecycle }));

const voted = says('m1', 'a', [[900, vote('m1', 2, 'm1')]]);
const again = (...words: Parameters<typeof says>[2]) =>
  says('m1', 'b', [[950, role('m1', 2, 'follower')], ...words]);

test('a manager that votes for the same one after a restart remembers', () => {
  const observations = [
    ...voted,
    ...again([960, vote('m1', 2, 'm1')], [1_500, vote('m1', 3, 'm2')]),
  ];
  expect(judge(observations)).toEqual({
    verdict: 'pass',
    tested: true,
    because: 'managers that had voted were restarted (1) and did not forget it',
  });
});

test('one that votes for another in the same term has forgotten', () => {
  const verdict = judge([
    ...says('m3', 'a', [[890, role('m3', 2, 'candidate')]]),
    ...voted,
    ...again([970, vote('m1', 2, 'm3')]),
  ]);
  expect(verdict).toEqual({
    verdict: 'fail',
    summary: 'm1 forgets its vote: in term 2 it votes for itself, and after a restart for m3',
    moments: [
      { at: 900, node: 'm1', text: 'm1 votes for itself in term 2' },
      { at: 950, node: 'm1', text: 'm1 has started again' },
      { at: 970, node: 'm1', text: 'm1 votes for m3 in the same term' },
    ],
  });
});

test('one that is out when it has been restarted need not know its term', () => {
  const observations = [
    ...voted,
    ...again([970, role('m1', 2, 'none')], [980, role('m1', 0, 'none')]),
  ];
  expect(judge(observations)).toMatchObject({ verdict: 'pass', tested: true });
});

test('one that is back in an earlier term has forgotten, whether it is asked again or not', () => {
  const observations = [
    ...says('m3', 'a', [[890, role('m3', 2, 'candidate')]]),
    ...says('m1', 'a', [
      [100, vote('m1', 1, 'm1')],
      [900, vote('m1', 2, 'm3')],
    ]),
    ...says('m1', 'b', [[950, role('m1', 1, 'follower')]]),
  ];
  const verdict = judge(observations, [
    { at: 902, node: 'm1', event: 'paused', text: '' },
    { at: 905, node: 'm1', event: 'killed', text: 'killed between two events' },
    { at: 920, node: 'm1', event: 'started', text: 'boot 2' },
  ]);
  expect(verdict).toEqual({
    verdict: 'fail',
    summary: 'm1 forgets its vote: in term 2 it votes for m3, and after a restart it is in term 1',
    moments: [
      { at: 900, node: 'm1', text: 'm1 votes for m3 in term 2' },
      { at: 905, node: 'm1', text: 'm1 ends: killed between two events' },
      { at: 950, node: 'm1', text: 'm1 has started again, and is in term 1' },
    ],
  });
});

test('a member that joins anew begins anew', () => {
  const anew = {
    kind: 'role',
    role: 'follower',
    term: 1,
    leader: undefined,
    nodeId: 'm1-id',
    raftId: 'm1-another',
  } as const;
  const observations = [...voted, ...says('m1', 'b', [[950, anew]])];
  expect(judge(observations).verdict).toBe('pass');
});

test('what a manager does within one boot is not a matter of its disk', () => {
  const observations = says('m1', 'a', [
    [900, vote('m1', 2, 'm2')],
    [920, vote('m1', 2, 'm1')],
  ]);
  expect(judge(observations)).toMatchObject({ verdict: 'pass', tested: false });
});

test('the votes of several managers in one term are their own', () => {
  const observations = [...voted, ...says('m2', 'b', [[960, vote('m2', 2, 'm2')]])];
  expect(judge(observations)).toMatchObject({ verdict: 'pass', tested: false });
});

test('nobody needs a vote where a manager is on its own', () => {
  const observations = says('m1', 'a', [
    [10, members('m1')],
    [20, leads('m1', 1)],
  ]);
  expect(judge(observations)).toMatchObject({ verdict: 'pass', tested: false });
});

test('nodes that say nothing of their votes leave it unknown', () => {
  expect(judge(says('m1', 'a', [[10, leads('m1', 1)]])).verdict).toBe('unknown');
});
