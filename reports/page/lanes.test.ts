import { expect, test } from '@jest/globals';
import type { Observation } from '../../harness/core/history.ts';
import { sampleRun } from '../sample.ts';
import { taskCountsOf } from './lanes.ts';

const { history } = sampleRun(10).run;

/** What one manager says of one entry: `+a` a task that is to run, `-a` one that is removed. */
const commit = (
  [at, node, index, term, hash]: readonly [number, string, number, number, number],
  ...changes: readonly string[]
): Observation => ({
  kind: 'commit',
  node,
  boot: `${node}-1`,
  seq: at,
  at,
  index,
  term,
  hash,
  tasks: changes.map((change) => ({
    id: change.slice(1),
    service: 's',
    slot: 1,
    node: '',
    state: 'new',
    desired: 'running',
    removed: change.startsWith('-'),
  })),
});

const desired = (...observations: readonly Observation[]): readonly number[] =>
  taskCountsOf({ ...history, observations }).map((counts) => counts.desired);

test('the same entry, told by several managers or again after a restart, counts once', () => {
  const said = [1, 2, 3].map((at) => commit([at, `m${at}`, 7, 1, 9], '+a', '+b'));
  expect(desired(...said, commit([4, 'm1', 8, 2, 10], '-a'))).toEqual([2, 1]);
});

test('an entry that another one of a later term took the place of is gone, and what came behind it', () => {
  const lost = [commit([2, 'm5', 35, 3, 11], '+b'), commit([3, 'm5', 36, 3, 12], '+c')];
  const first = commit([1, 'm5', 34, 3, 10], '+a');
  expect(desired(first, ...lost, commit([4, 'm3', 35, 4, 21], '-a'))).toEqual([1, 2, 3, 0]);
  // Without a change of tasks of its own it still takes away what was there.
  expect(desired(first, ...lost, commit([4, 'm3', 35, 4, 21]))).toEqual([1, 2, 3, 1]);
});

test('a manager that tells of several entries at once takes no part of them back', () => {
  const said = [commit([1, 'm1', 7, 1, 9], '+a'), commit([2, 'm1', 9, 1, 11], '+b', '+c')];
  expect(desired(...said, commit([3, 'm2', 8, 1, 10], '+b'))).toEqual([1, 3]);
  const other = [commit([3, 'm2', 7, 1, 9], '+a'), commit([4, 'm2', 10, 2, 22], '-a')];
  expect(desired(...said, ...other)).toEqual([1, 3, 2]);
});

test('what a manager of an earlier term says late changes nothing', () => {
  const holds = commit([1, 'm3', 35, 4, 21], '+a');
  expect(desired(holds, commit([2, 'm5', 35, 3, 11], '+b', '+c'))).toEqual([1]);
});
