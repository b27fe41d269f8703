import { expect, test } from '@jest/globals';
import type { Observation, ObservedTask } from '../core/history.ts';
import { createRoles } from './roles.ts';
import { createWork } from './work.ts';

const said = { boot: 'b', seq: 0, at: 0 };

const commit = (index: number, ...tasks: readonly Partial<ObservedTask>[]): Observation => ({
  ...said,
  kind: 'commit',
  node: 'm1',
  index,
  term: 1,
  hash: 0,
  tasks: tasks.map((task) => ({
    id: 't1',
    service: 's',
    slot: 1,
    node: 'id',
    state: 'assigned',
    desired: 'running',
    removed: false,
    ...task,
  })),
});

const says = (node: string, id: string, state = 'running'): Observation => ({
  ...said,
  kind: 'task',
  node,
  id,
  state,
});

const countsAfter = (...observations: readonly Observation[]) => {
  const work = createWork();
  for (const observation of observations) work.observed(observation);
  return Object.fromEntries(work.runningByNode());
};

test('a task counts where it runs, as long as a manager wants it there', () => {
  expect(countsAfter(commit(1, {}), says('w1', 't1'))).toEqual({ w1: 1 });
  expect(countsAfter(commit(1, {}))).toEqual({});
  expect(countsAfter(says('w1', 't1'))).toEqual({});
  expect(countsAfter(commit(1, {}), says('w1', 't1'), says('w1', 't1', 'failed'))).toEqual({});
  expect(countsAfter(commit(1, {}), says('w1', 't1'), commit(2, { desired: 'shutdown' }))).toEqual(
    {},
  );
  expect(countsAfter(commit(1, {}), says('w1', 't1'), commit(2, { removed: true }))).toEqual({});
});

test('a task of a global service does not count: it can move nowhere', () => {
  expect(countsAfter(commit(1, { slot: 0 }), says('w1', 't1'))).toEqual({});
});

test('of several changes in one entry the last counts', () => {
  const placed = commit(1, { node: '', slot: 1, desired: 'ready' }, { desired: 'running' });
  expect(countsAfter(placed, says('w1', 't1'))).toEqual({ w1: 1 });
  const removed = commit(2, { desired: 'running' }, { desired: 'remove' });
  expect(countsAfter(placed, says('w1', 't1'), removed)).toEqual({});
});

test('a manager that is behind does not bring back what was given up', () => {
  const observations = [commit(2, { desired: 'shutdown' }), says('w1', 't1'), commit(1, {})];
  expect(countsAfter(...observations)).toEqual({});
});

const nodes = [
  { name: 'm1', role: 'manager' },
  { name: 'w1', role: 'worker' },
  { name: 'w2', role: 'worker' },
] as const;

test('the busy worker is the live one with most tasks, and no manager', () => {
  const roles = createRoles(nodes);
  for (const { name } of nodes) roles.lived({ at: 0, node: name, event: 'started', text: '' });
  expect(roles.busyWorker()).toBeUndefined();
  const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
  roles.observed(commit(1, ...ids.map((id) => ({ id }))));
  for (const [id, node] of [
    ['a', 'm1'],
    ['b', 'm1'],
    ['c', 'm1'],
    ['d', 'w1'],
  ] as const)
    roles.observed(says(node, id));
  expect(roles.busyWorker()).toBe('w1');
  roles.observed(says('w2', 'e'));
  expect(roles.busyWorker()).toBe('w1');
  roles.observed(says('w2', 'f'));
  expect(roles.busyWorker()).toBe('w2');
  roles.lived({ at: 1, node: 'w2', event: 'killed', text: '' });
  expect(roles.busyWorker()).toBe('w1');
});
