import { describe, expect, test } from '@jest/globals';
import type { TaskShown } from '../../models/swarm-answers.ts';
import { commit, says, service, task } from '../testing/histories.ts';
import { judge, right } from '../testing/shown-in-the-end.ts';

describe('where tasks end by themselves', () => {
  const [first = task(1, 'w1-id'), second = task(2, 'm2-id')] = right.tasks;
  const services = [service({ lifetimeMs: 500 })];
  const before = task(2, 'm2-id', { id: 'before', state: 'complete', desired: 'shutdown' });
  const tasks = [first, { ...second, state: 'ready', desired: 'ready' }, before];
  const ranAt = ({ id, node }: TaskShown, at: number) =>
    says(node.replace('-id', ''), 'a', [
      [at, { kind: 'task', id, state: 'running' }],
      [at + 500, { kind: 'task', id, state: 'complete' }],
    ]);

  test('one that waits to be started is right, as long as another one has just run in its place', () => {
    const observations = [...ranAt(first, 11_000), ...ranAt(before, 10_500)];
    expect(judge({ services, tasks }, { observations })).toMatchObject({
      verdict: 'pass',
      tested: true,
    });
  });

  test('a place where nothing has run for longer than the bound is wrong', () => {
    const observations = [...ranAt(first, 11_000), ...ranAt(before, 4_000)];
    const verdict = judge({ services, tasks }, { observations });
    expect(verdict).toMatchObject({
      verdict: 'fail',
      summary: expect.stringContaining(
        'task t2-m2-id (slot 2, ready, desired ready) of lighthouse-a is not started again',
      ),
    });
  });

  test('one that has just run there and is shown no more counts as well', () => {
    const gone = { ...before, removed: true };
    const observations = [
      ...ranAt(first, 11_000),
      ...ranAt(before, 10_500),
      ...says('m1', 'a', [[10_900, commit(8, 1, [gone])]]),
    ];
    const shown = tasks.filter(({ id }) => id !== before.id);
    expect(judge({ services, tasks: shown }, { observations }).verdict).toBe('pass');
  });

  test('one that came to run while managers were asked is no leftover', () => {
    const later = task(2, 'm2-id', { id: 'later' });
    const observations = [
      ...ranAt(first, 11_000),
      ...ranAt(before, 10_500),
      ...says('m2', 'b', [[11_105, { kind: 'task', id: later.id, state: 'running' }]]),
    ];
    expect(judge({ services, tasks }, { observations }).verdict).toBe('pass');
  });

  test('the story tells when the task was made, and since when it has been as it is', () => {
    const change = { ...second, removed: false, state: 'new', desired: 'ready' };
    const observations = [
      ...says('m1', 'a', [
        [3_000, commit(8, 1, [change])],
        [3_500, commit(9, 2, [{ ...change, state: 'ready' }])],
      ]),
      ...says('m3', 'a', [[3_600, commit(9, 2, [change, { ...change, state: 'ready' }])]]),
      ...ranAt(first, 11_000),
    ];
    expect(judge({ services, tasks }, { observations })).toMatchObject({
      moments: [
        { at: 3_000, text: 'm1 commits that task t2-m2-id is made (slot 2)' },
        { at: 3_500, text: 'm1 commits that task t2-m2-id is ready, desired ready' },
        { at: 6_100, text: 'the heal of all faults is confirmed; it began at 6.000 s' },
        { text: 'm1 shows task t2-m2-id so' },
      ],
    });
  });

  test('each place has its one task all the same', () => {
    const observations = [...ranAt(first, 11_000), ...ranAt(before, 11_000)];
    const doubled = [...tasks, task(2, 'm3-id')];
    expect(judge({ services, tasks: doubled }, { observations }).verdict).toBe('fail');
    expect(judge({ services, tasks: [first, before] }, { observations }).verdict).toBe('fail');
  });
});

describe('of what has ended in a place', () => {
  const ended = (count: number, slot = 1) =>
    Array.from({ length: count }, (_, at) =>
      task(slot, 'w1-id', { id: `ended-${at}`, state: 'failed', desired: 'shutdown' }),
    );
  /** All of them committed as ended by every manager, one each 10 ms from here. */
  const told = (tasks: readonly TaskShown[], from: number) =>
    ['m1', 'm2', 'm3'].flatMap((name) =>
      says(
        name,
        'a',
        tasks.map((of, at) => [
          from + 10 * at,
          commit(at + 1, at + 1, [{ ...of, removed: false }]),
        ]),
      ),
    );
  const verdictOf = (tasks: readonly TaskShown[], from: number) =>
    judge({ tasks: [...right.tasks, ...tasks] }, { observations: told(tasks, from) });

  test('the newest five are kept, and no more', () => {
    expect(verdictOf(ended(5), 5_000).verdict).toBe('pass');
    expect(verdictOf(ended(6), 5_000)).toMatchObject({
      verdict: 'fail',
      summary: expect.stringContaining('one of 6 that have ended in its place'),
    });
  });

  test('each place has its own', () => {
    expect(verdictOf([...ended(4), ...ended(4, 2)], 5_000).verdict).toBe('pass');
  });

  test('what has just ended may still be deleted', () => {
    expect(verdictOf(ended(6), 8_060).verdict).toBe('pass');
  });
});
