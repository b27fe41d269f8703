import { describe, expect, test } from '@jest/globals';
import type { History, ObservedTask } from '../../harness/core/history.ts';
import { commit, history, says } from '../testing/histories.ts';
import { taskTransitionsAreLegal } from './task-transitions-are-legal.ts';

const task = (state: string, given: Partial<ObservedTask> = {}): ObservedTask => ({
  id: 't1',
  service: 's1',
  slot: 1,
  node: state === 'new' || state === 'pending' ? '' : 'w1-id',
  state,
  desired: 'running',
  removed: false,
  ...given,
});

/** One manager applies these changes, one entry each. */
const judge = (...tasks: readonly ObservedTask[]) =>
  taskTransitionsAreLegal.judge(
    history({
      observations: says(
        'm1',
        'a',
        tasks.map((of, at) => [at, commit(at + 1, at, [of])] as const),
      ),
    }),
  );

test('a whole life is legal', () => {
  const states = 'new pending assigned accepted preparing ready starting running shutdown';
  expect(judge(...states.split(' ').map((state) => task(state)))).toMatchObject({
    verdict: 'pass',
    tested: true,
  });
});

test.each([
  ['a report that stands for several steps', task('assigned'), task('running')],
  [
    'a step that changes only what is desired',
    task('running'),
    task('running', { desired: 'shutdown' }),
  ],
  ['the end of a task on a node that is gone', task('running'), task('orphaned')],
  ['the deletion of a task that has ended', task('shutdown'), task('shutdown', { removed: true })],
  [
    'the deletion of a task that never got a node',
    task('pending'),
    task('pending', { removed: true }),
  ],
])('%s is legal', (_, before, after) => {
  expect(judge(before, after).verdict).toBe('pass');
});

test.each([
  ['goes backwards', task('running'), task('starting')],
  ['comes back to life', task('failed'), task('running')],
  ['ends twice', task('complete'), task('failed')],
  ['ends before it got a node', task('pending'), task('shutdown', { node: '' })],
  ['moves to another node', task('running'), task('running', { node: 'w2-id' })],
  ['changes its slot', task('running'), task('running', { slot: 2 })],
  [
    'is wanted again',
    task('running', { desired: 'shutdown' }),
    task('running', { desired: 'running' }),
  ],
  ['is deleted while it runs', task('running'), task('running', { removed: true })],
  ['changes after it was deleted', task('shutdown', { removed: true }), task('shutdown')],
])('a task that %s is found', (_, before, after) => {
  expect(judge(before, after).verdict).toBe('fail');
});

test.each([
  ['runs nowhere', task('running', { node: '' })],
  ['is in a state that can only be desired', task('remove')],
  ['is in a state that does not exist', task('napping')],
])('a task that %s is found at once', (_, of) => {
  expect(judge(of).verdict).toBe('fail');
});

test('each boot of a manager begins where its snapshot does', () => {
  const observations = [
    ...says('m1', 'a', [[1, commit(1, 1, [task('running')])]]),
    ...says('m1', 'b', [
      [2, commit(1, 1, [task('assigned')])],
      [3, commit(2, 2, [task('running')])],
    ]),
  ];
  expect(taskTransitionsAreLegal.judge(history({ observations })).verdict).toBe('pass');
});

test('the moments name task, index and manager', () => {
  expect(judge(task('running'), task('starting'))).toMatchObject({
    summary: 'task t1 (slot 1 of service s1) goes from running to starting',
    moments: [
      { node: 'm1', text: expect.stringContaining('up to index 1') },
      { node: 'm1', text: expect.stringContaining('is starting, desired running') },
    ],
  });
});

test('managers that do not say what they commit leave it unknown', () => {
  expect(judge().verdict).toBe('unknown');
});

describe('where executors are heard themselves', () => {
  const runs = { kind: 'executor', id: 't1', state: 'running' } as const;
  const saysSo = { kind: 'task', id: 't1', state: 'running' } as const;
  const applied = says('m1', 'a', [
    [30, commit(1, 1, [task('starting')])],
    [40, commit(2, 2, [task('running')])],
  ]);
  const heard = (observations: History['observations'], given: Partial<History> = {}) =>
    taskTransitionsAreLegal.judge(
      history({ observations: observations.toSorted((a, b) => a.at - b.at), ...given }),
    );
  const early = says('w1', 'a', [
    [20, saysSo],
    [25, runs],
  ]);

  test('a task is called running once it runs', () => {
    const inTime = says('w1', 'a', [
      [20, runs],
      [20, saysSo],
    ]);
    expect(heard([...inTime, ...applied])).toMatchObject({ verdict: 'pass', tested: true });
  });

  test('a task that its node calls running before it runs is found', () => {
    expect(heard([...early, ...applied])).toMatchObject({
      verdict: 'fail',
      summary: 'w1 says that task t1 runs; its executor started it only later',
      moments: [
        { at: 20, node: 'w1', text: 'w1 says that task t1 runs' },
        { at: 25, node: 'w1', text: 'its executor starts task t1' },
      ],
    });
  });

  test('a task that ran in an earlier boot of its node must be started again', () => {
    const before = says('w1', 'a', [[20, runs]]);
    expect(heard([...before, ...says('w1', 'b', [[50, saysSo]]), ...applied])).toMatchObject({
      summary: 'w1 says that task t1 runs; its executor never started it in this boot',
    });
    // What managers applied before is not taken back meanwhile.
    const restarted = says('w1', 'b', [[60, runs]]);
    expect(heard([...before, ...restarted, ...applied]).verdict).toBe('pass');
  });

  test('a task that a manager calls running before it runs is found', () => {
    expect(heard([...says('w1', 'a', [[45, runs]]), ...applied])).toMatchObject({
      summary: 'm1 commits that task t1 runs; its executor started it only later',
    });
    const another = says('w1', 'a', [[20, { ...runs, id: 't2' }]]);
    expect(heard([...another, ...applied])).toMatchObject({
      summary: 'm1 commits that task t1 runs; its executor never started it',
    });
  });

  test('live, words change places on their way', () => {
    expect(heard([...early, ...applied], { backend: 'process' }).verdict).toBe('pass');
  });

  test('nobody else knows when a task began to run', () => {
    expect(heard([...says('w1', 'a', [[20, saysSo]]), ...applied]).verdict).toBe('pass');
  });
});
