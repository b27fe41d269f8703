import { expect, test } from '@jest/globals';
import type { NodeEffect, NodeEvent } from '../node/program.ts';
import { Driver } from './driver.ts';
import type { DriverWorld } from './driver.ts';

type Handler = (event: NodeEvent) => readonly NodeEffect[];

/** A driver in a world that only writes down what is done to it. */
const drive = (handle: Handler) => {
  const deeds: string[] = [];
  const note = (deed: string) => {
    deeds.push(deed);
  };
  const persists: ((failure: string | undefined) => void)[] = [];
  const driver = new Driver();
  const world: DriverWorld = {
    clock: { now: () => ({ mono: performance.now(), wall: 0 }) },
    journal: {
      observe: (observation) => {
        note(`observe ${JSON.stringify(observation)}`);
      },
    },
    disk: {
      persist: (operations, done) => {
        note(`persist ${operations.length}`);
        persists.push(done);
      },
    },
    transport: {
      send: (to, message) => {
        note(`send ${message.type} to ${to}`);
      },
      identify: (identity) => {
        note(`identify ${identity?.nodeId ?? 'nobody'}`);
      },
    },
    executor: {
      prepare: ({ taskId }) => {
        note(`prepare ${taskId}`);
      },
      start: ({ taskId }) => {
        note(`start ${taskId}`);
        driver.dispatch({ type: 'task', report: report(taskId) });
      },
      stop: (taskId) => {
        note(`stop ${taskId}`);
      },
    },
    onHalt: (reason) => {
      note(`halt ${reason}`);
    },
  };
  const program = {
    handle: (event: NodeEvent) => {
      note(`< ${event.type}`);
      return handle(event);
    },
  };
  return {
    driver,
    deeds,
    persists,
    boot: () => {
      driver.start(program, world);
    },
  };
};

const report = (taskId: string) => ({
  taskId,
  state: 'running' as const,
  message: '',
  error: '',
  exitCode: undefined,
  ports: [],
});
const order = {
  taskId: 't1',
  serviceName: 's',
  image: 'schism/echo',
  args: [],
  env: [],
  stopGraceMs: 0,
};
const note = (text: string): NodeEffect => ({
  type: 'observe',
  observation: { kind: 'note', text },
});
const leave = { type: 'agent', message: { type: 'leave', session: 's' } } as const;

test('effects are carried out in their order, and observations before what follows them', () => {
  const { deeds, boot } = drive((event) =>
    event.type === 'start'
      ? [
          { type: 'identity', identity: undefined },
          { type: 'persist', id: 1, operations: [] },
          note('x'),
          { type: 'send', to: 'm2:1', message: leave },
          { type: 'task-prepare', order },
          { type: 'task-stop', taskId: 't0', graceMs: 0 },
        ]
      : [],
  );
  boot();
  expect(deeds).toStrictEqual([
    '< start',
    'identify nobody',
    'persist 0',
    'observe {"kind":"note","text":"x"}',
    'send agent to m2:1',
    'prepare t1',
    'stop t0',
  ]);
});

test('what an effect causes at once waits until the event is over', () => {
  const { deeds, boot } = drive((event) =>
    event.type === 'start' ? [{ type: 'task-start', order }, note('after')] : [],
  );
  boot();
  expect(deeds).toStrictEqual([
    '< start',
    'start t1',
    'observe {"kind":"note","text":"after"}',
    '< task',
  ]);
});

test('what comes before the boot is handled after its start', () => {
  const { driver, deeds, boot } = drive(() => []);
  driver.dispatch({ type: 'task', report: report('t') });
  boot();
  expect(deeds).toStrictEqual(['< start', '< task']);
});

test('the program hears how its persists ended', () => {
  const heard: NodeEvent[] = [];
  const { persists, boot } = drive((event) => {
    heard.push(event);
    if (event.type !== 'start') return [];
    return [
      { type: 'persist', id: 1, operations: [] },
      { type: 'persist', id: 2, operations: [] },
    ];
  });
  boot();
  persists[0]?.(undefined);
  persists[1]?.('ENOSPC');
  expect(heard.slice(1)).toStrictEqual([
    { type: 'persisted', id: 1 },
    { type: 'persist-failed', id: 2, error: 'ENOSPC' },
  ]);
});

const request = { method: 'GET', path: '/x', query: {}, headers: {}, body: undefined } as const;
const response = { status: 200, headers: {}, body: 'hi' };

test('a request gets the answer that was meant for it, once', () => {
  const { driver, boot } = drive((event) =>
    event.type === 'request'
      ? [
          { type: 'reply', id: event.id, response },
          { type: 'reply', id: event.id, response: { ...response, body: 'again' } },
          { type: 'reply', id: 99, response },
        ]
      : [],
  );
  boot();
  const answers: unknown[] = [];
  driver.ask(request, (answer) => answers.push(answer));
  expect(answers).toStrictEqual([response]);
});

test('a request whose client went away is reported, unless it was answered before', () => {
  const { driver, deeds, boot } = drive((event) =>
    event.type === 'request' && event.id === 1 ? [{ type: 'reply', id: 1, response }] : [],
  );
  boot();
  driver.ask(request, () => undefined).abort();
  driver.ask(request, () => undefined).abort();
  expect(deeds).toStrictEqual(['< start', '< request', '< request', '< request-aborted']);
});

test('after it has halted the program is not heard again', () => {
  const { driver, deeds, boot } = drive((event) =>
    event.type === 'start' ? [{ type: 'halt', reason: 'told so' }, note('never')] : [],
  );
  boot();
  driver.dispatch({ type: 'wake' });
  expect(deeds).toStrictEqual(['< start', 'halt told so']);
});

test('the program is woken once, at the time that it asked for last', async () => {
  const wokenAt: number[] = [];
  let begun = 0;
  const { driver, boot } = drive((event) => {
    if (event.type === 'wake') wokenAt.push(performance.now() - begun);
    if (event.type !== 'start') return [];
    begun = performance.now();
    return [
      { type: 'wake', at: begun + 5 },
      { type: 'wake', at: begun + 60_000 },
      { type: 'wake', at: begun + 20 },
    ];
  });
  boot();
  await new Promise((resolve) => setTimeout(resolve, 60));
  driver.stop();
  expect(wokenAt).toHaveLength(1);
  expect(wokenAt[0]).toBeGreaterThanOrEqual(20);
});
