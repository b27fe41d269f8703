import { describe, expect, test } from '@jest/globals';
import type { TaskOrder } from '../../../cluster/node/program.ts';
import { SimulatedExecutor } from './simulated-executor.ts';

const order = (image: string, ...args: readonly string[]): TaskOrder => ({
  taskId: 't1',
  serviceName: 's',
  image,
  args,
  env: [],
  stopGraceMs: 10_000,
});

type Effects = readonly (readonly [at: number, Parameters<SimulatedExecutor['carryOut']>[0]])[];

/** Every delay is the longest. */
const slow = (_: string, below: number): number => below - 1;
/** What is stopped has ended before its start is through. */
const stopsSoon = (purpose: string, below: number): number => (purpose === 'stop' ? 0 : below - 1);

/** Carries out the effects at their times: what the node heard of it, and what the executor tells itself, in order of time. */
const carriedOut = (effects: Effects, integer = slow) => {
  const seen: string[] = [];
  const executor = new SimulatedExecutor({ integer, bytes: () => new Uint8Array(0) }, (said) => {
    if (said.kind === 'executor') seen.push(said.state);
  });
  const due: { readonly at: number; readonly ticket: number }[] = [];
  const states: string[] = [];
  const until = (time: number): void => {
    due.sort((a, b) => a.at - b.at || a.ticket - b.ticket);
    while (due[0] !== undefined && due[0].at <= time) {
      const event = executor.due(due.shift()?.ticket ?? 0);
      if (event !== undefined) states.push(event.report.state);
    }
  };
  for (const [at, effect] of effects) {
    until(at);
    executor.carryOut(effect, (afterMs, ticket) => due.push({ at: at + afterMs, ticket }));
  }
  until(Infinity);
  return { heard: states, seen };
};

const heard = (...effects: Effects): readonly string[] => carriedOut(effects).heard;

const sleep = order('schism/sleep:latest');

test('a task is prepared, started and stopped, and says so', () => {
  expect(
    heard(
      [0, { type: 'task-prepare', order: sleep }],
      [100, { type: 'task-start', order: sleep }],
      [500, { type: 'task-stop', taskId: 't1', graceMs: 1_000 }],
    ),
  ).toEqual(['preparing', 'ready', 'starting', 'running', 'shutdown']);
});

test.each(['schism/sleep', 'docker.io/schism/sleep:latest', 'schism/sleep:1@sha256:0'])(
  'an image is known by its repository: %s',
  (image) => {
    expect(heard([0, { type: 'task-prepare', order: order(image) }])).toEqual([
      'preparing',
      'ready',
    ]);
  },
);

test('an image that there is not is rejected', () => {
  expect(heard([0, { type: 'task-prepare', order: order('no/such') }])).toEqual([
    'preparing',
    'rejected',
  ]);
});

test('a task that is stopped while it starts never runs', () => {
  expect(
    heard(
      [0, { type: 'task-start', order: sleep }],
      [1, { type: 'task-stop', taskId: 't1', graceMs: 1_000 }],
    ),
  ).toEqual(['starting', 'shutdown']);
});

test('a task that is started twice is one task', () => {
  expect(
    heard([0, { type: 'task-start', order: sleep }], [100, { type: 'task-start', order: sleep }]),
  ).toEqual(['starting', 'running', 'running']);
});

test('a task ends by itself where its image says so', () => {
  expect(heard([0, { type: 'task-start', order: order('schism/crash', '50') }])).toEqual([
    'starting',
    'running',
    'failed',
  ]);
  expect(heard([0, { type: 'task-start', order: order('schism/sleep', '50') }])).toEqual([
    'starting',
    'running',
    'complete',
  ]);
});

test('a task that nobody knows is reported as stopped', () => {
  expect(heard([0, { type: 'task-stop', taskId: 'x', graceMs: 0 }])).toEqual(['shutdown']);
});

describe('the executor tells itself', () => {
  const start = [0, { type: 'task-start', order: sleep }] as const;
  const stopAt = (at: number) => [at, { type: 'task-stop', taskId: 't1', graceMs: 0 }] as const;

  test.each<readonly [string, Effects, readonly string[]]>([
    ['that a task runs, and that it has ended', [start, stopAt(100)], ['running', 'ended']],
    [
      'that a task runs only once, however often it is started',
      [start, [100, start[1]]],
      ['running'],
    ],
    ['nothing of a task that is only prepared', [[0, { type: 'task-prepare', order: sleep }]], []],
    ['that a task which was stopped while it started has ended', [start, stopAt(1)], ['ended']],
    [
      'that a task has ended by itself',
      [[0, { type: 'task-start', order: order('schism/crash', '50') }]],
      ['running', 'ended'],
    ],
    [
      'that a task runs again',
      [start, stopAt(100), [300, start[1]]],
      ['running', 'ended', 'running'],
    ],
  ])('%s', (_, effects, seen) => {
    expect(carriedOut(effects).seen).toEqual(seen);
  });

  test('what a start was to bring comes to nothing where the task has ended before', () => {
    expect(carriedOut([start, stopAt(1)], stopsSoon)).toEqual({
      heard: ['starting', 'shutdown'],
      seen: ['ended'],
    });
  });

  test('what an earlier start was to bring is none of a later one', () => {
    const crash = { type: 'task-start', order: order('schism/crash', '10') } as const;
    expect(carriedOut([[0, crash], stopAt(1), [3, start[1]]], stopsSoon)).toEqual({
      heard: ['starting', 'shutdown', 'starting', 'running'],
      seen: ['ended', 'running'],
    });
  });
});
