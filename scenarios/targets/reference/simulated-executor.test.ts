import { expect, test } from '@jest/globals';
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

/** Carries out the effects at their times, and says what the node heard, in order of time. */
const heard = (
  ...effects: readonly (readonly [at: number, Parameters<SimulatedExecutor['carryOut']>[0]])[]
): readonly string[] => {
  const executor = new SimulatedExecutor({
    integer: (_, below) => below - 1,
    bytes: () => new Uint8Array(0),
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
  return states;
};

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
