import { afterEach, expect, test } from '@jest/globals';
import type { TaskOrder, TaskReport } from '../node/program.ts';
import { createExecutor } from './executor.ts';
import type { Executor } from './executor.ts';

let executor: Executor | undefined;
afterEach(() => {
  executor?.close();
});

/** An executor and a way to wait for the next report that it gives. */
const begin = () => {
  const reports: TaskReport[] = [];
  let read = 0;
  const created = createExecutor({
    host: '127.0.0.1',
    report: (report) => void reports.push(report),
  });
  executor = created;
  const next = async () => {
    while (reports[read] === undefined) await new Promise((resolve) => setTimeout(resolve, 1));
    read += 1;
    return reports[read - 1];
  };
  return { executor: created, next, reports };
};

const order = (image: string, ...args: string[]): TaskOrder => ({
  taskId: 't1',
  serviceName: 'web',
  image,
  args,
  env: [],
  stopGraceMs: 100,
});

test('an image that is there becomes ready', async () => {
  const { executor, next } = begin();
  executor.prepare(order('docker.io/schism/echo:latest@sha256:abc'));
  expect(await next()).toMatchObject({ taskId: 't1', state: 'preparing' });
  expect(await next()).toMatchObject({ taskId: 't1', state: 'ready', error: '' });
});

test('an image that is not there is rejected in the words of the engine', async () => {
  const { executor, next } = begin();
  executor.prepare(order('nginx:1'));
  expect(await next()).toMatchObject({ state: 'preparing' });
  expect(await next()).toMatchObject({ state: 'rejected', error: 'No such image: nginx:1' });
});

test('schism/echo answers with the id of its task until it is stopped', async () => {
  const { executor, next } = begin();
  executor.start(order('schism/echo'));
  expect(await next()).toMatchObject({ state: 'starting' });
  const running = await next();
  expect(running).toMatchObject({ state: 'running' });
  const url = `http://127.0.0.1:${String(running?.ports[0])}/any`;
  expect(await (await fetch(url)).text()).toBe('t1');
  executor.stop('t1', 50);
  expect(await next()).toMatchObject({ state: 'shutdown', exitCode: 0 });
  await expect(fetch(url)).rejects.toThrow();
});

test('schism/sleep runs until it is stopped', async () => {
  const { executor, next } = begin();
  executor.start(order('schism/sleep'));
  expect([await next(), await next()]).toMatchObject([{ state: 'starting' }, { state: 'running' }]);
  executor.stop('t1', 0);
  expect(await next()).toMatchObject({ state: 'shutdown' });
});

test('schism/sleep with a time completes after it', async () => {
  const { executor, next } = begin();
  executor.start(order('schism/sleep', '5'));
  expect([await next(), await next(), await next()]).toMatchObject([
    { state: 'starting' },
    { state: 'running' },
    { state: 'complete', exitCode: 0 },
  ]);
});

test('schism/crash fails with exit code 1', async () => {
  const { executor, next } = begin();
  executor.start(order('schism/crash'));
  expect([await next(), await next(), await next()]).toMatchObject([
    { state: 'starting' },
    { state: 'running' },
    { state: 'failed', exitCode: 1, error: 'task: non-zero exit (1)' },
  ]);
});

test('starting what runs already says again that it runs, and starts nothing', async () => {
  const { executor, next, reports } = begin();
  executor.start(order('schism/echo'));
  await next();
  const first = await next();
  executor.start(order('schism/echo'));
  expect(await next()).toStrictEqual(first);
  expect(reports).toHaveLength(3);
});

test('stopping what does not run says at once that it is shut down', async () => {
  const { executor, next } = begin();
  executor.stop('t9', 1_000);
  expect(await next()).toMatchObject({ taskId: 't9', state: 'shutdown', exitCode: undefined });
});

test('a task that was stopped can be started again', async () => {
  const { executor, next } = begin();
  executor.start(order('schism/sleep'));
  executor.stop('t1', 0);
  executor.start(order('schism/sleep'));
  const states = [await next(), await next(), await next(), await next(), await next()];
  expect(states.map((report) => report?.state)).toStrictEqual([
    'starting',
    'running',
    'shutdown',
    'starting',
    'running',
  ]);
});
