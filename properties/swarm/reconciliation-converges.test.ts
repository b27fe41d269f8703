import { describe, expect, test } from '@jest/globals';
import type { ServiceShown, TaskShown } from '../../models/swarm-answers.ts';
import {
  commit,
  history,
  lived,
  operation,
  says,
  service,
  shownNode,
  task,
} from '../testing/histories.ts';
import { judge, nodes, right, type Shown } from '../testing/shown-in-the-end.ts';
import { reconciliationConverges } from './reconciliation-converges.ts';

test('one task a slot, running where it may run, is what was asked for', () => {
  expect(judge({})).toMatchObject({ verdict: 'pass', tested: true });
});

test('a task that runs is made from what its service asks for now', () => {
  const services = [service({ template: 'schism/sleep MARK=2' })];
  const made = (template: string) => right.tasks.map((of) => ({ ...of, template }));
  expect(judge({ services, tasks: made('schism/sleep MARK=2') }).verdict).toBe('pass');
  expect(judge({ services, tasks: made('schism/sleep') })).toMatchObject({
    verdict: 'fail',
    summary: expect.stringContaining('of lighthouse-a is made from an earlier spec'),
  });
  const paused = services.map((of) => ({ ...of, paused: true as const }));
  expect(judge({ services: paused, tasks: made('schism/sleep') }).verdict).toBe('pass');
});

test('an update that waits between places, as it is asked to, has that much more time', () => {
  const waiting = (ms: number) => [
    service({ template: 'schism/sleep MARK=2', updateWaits: { ms, places: 1 } }),
  ];
  const tasks = right.tasks.map((of) => ({ ...of, template: 'schism/sleep' }));
  expect(judge({ services: waiting(5_000), tasks }).verdict).toBe('pass');
  expect(judge({ services: waiting(10), tasks }).verdict).toBe('fail');
  // One that it has just told to stop is no leftover.
  const stopping = { ...task(1, 'w2-id'), id: 'old', desired: 'shutdown' };
  const observations = says('w2', 'a', [[3_000, { kind: 'task', id: 'old', state: 'running' }]]);
  const told = [...tasks, stopping];
  expect(judge({ services: waiting(5_000), tasks: told }, { observations }).verdict).toBe('pass');
  expect(judge({ tasks: [...right.tasks, stopping] }, { observations }).verdict).toBe('fail');
});

describe('where an update is paused', () => {
  const fails = 'schism/crash 200';
  const services = [service({ template: fails, paused: true, lifetimeMs: 200 })];
  const [old, other] = right.tasks.map((of) => ({ ...of, template: 'schism/sleep' }));
  const next = task(2, 'm3-id', { state: 'ready', desired: 'ready', template: fails });
  const observations = says('m3', 'a', [[10_500, { kind: 'task', id: next.id, state: 'running' }]]);
  const verdict = (...tasks: readonly (TaskShown | undefined)[]) =>
    judge({ services, tasks: tasks.filter((of) => of !== undefined) }, { observations }).verdict;

  test('an old task may stay, also beside the new one, and does not end', () => {
    expect(verdict(old, next)).toBe('pass');
    expect(verdict(old, other, next)).toBe('pass');
  });

  test('each place has its task all the same, and no more of a kind than one', () => {
    expect(verdict(next)).toBe('fail');
    expect(verdict(old, other, next, { ...next, id: 'another' })).toBe('fail');
    expect(verdict(old, other, task(2, 'm1-id', { template: 'schism/sleep' }), next)).toBe('fail');
  });
});

describe('where an update keeps an old task until the new one runs', () => {
  const nowhere = ['node.hostname==elsewhere'];
  const waiting = (more: Partial<ServiceShown>): readonly ServiceShown[] => [
    service({ replicas: 1, template: 'schism/sleep MARK=2', keepsOld: true, ...more }),
  ];
  const old = task(1, '', { id: 'old', state: 'pending', template: 'schism/sleep' });
  const next = task(1, '', { id: 'next', state: 'pending', template: 'schism/sleep MARK=2' });
  const onPaused = task(1, 'w1-id', { id: 'old', template: 'schism/sleep' });
  const paused = nodes.map((node) => ({ ...node, availability: 'pause' }));

  test.each<readonly [string, Partial<Shown>]>([
    ['both wait', { services: waiting({ constraints: nowhere }), tasks: [old, next] }],
    ['the old one runs on', { services: waiting({}), tasks: [onPaused, next], nodes: paused }],
  ])('%s where no node may take one', (_, shown) => {
    expect(judge(shown).verdict).toBe('pass');
  });

  test.each<readonly [string, Partial<Shown>]>([
    ['a node could take the new one', { services: waiting({}), tasks: [onPaused, next] }],
    [
      'there are two old ones',
      {
        services: waiting({ constraints: nowhere }),
        tasks: [old, { ...old, id: 'older' }, next],
      },
    ],
    [
      'the update is over',
      {
        services: [service({ replicas: 1, constraints: nowhere, template: 'schism/sleep MARK=2' })],
        tasks: [old, next],
      },
    ],
  ])('it is wrong where %s', (_, shown) => {
    expect(judge(shown).verdict).toBe('fail');
  });
});

describe('wrong in the end', () => {
  const [first = task(1, 'w1-id'), second = task(2, 'm2-id')] = right.tasks;
  const gone = shownNode('w1', { state: 'down' });
  const drained = shownNode('w1', { availability: 'drain' });
  const others = nodes.filter(({ name }) => name !== 'w1');

  test.each<readonly [string, Partial<Shown>]>([
    ['a slot without a task', { tasks: [first] }],
    ['a slot with two tasks', { tasks: [first, second, task(2, 'm3-id')] }],
    ['a slot too many', { tasks: [first, second, task(3, 'm3-id')] }],
    ['a task that does not run', { tasks: [first, { ...second, state: 'preparing' }] }],
    [
      'a task without a node that could have one',
      { tasks: [first, task(2, '', { state: 'pending' })] },
    ],
    ['a task on a drained node', { nodes: [...others, drained] }],
    ['a task on a dead node', { nodes: [...others, gone] }],
    [
      'a task where its constraints forbid it',
      { services: [service({ constraints: ['node.role==worker'] })] },
    ],
    [
      'a task of a service that is gone',
      { tasks: [...right.tasks, task(1, 'w2-id', { service: 's9', desired: 'remove' })] },
    ],
    [
      'an unwanted task that goes on',
      { tasks: [...right.tasks, task(1, 'w2-id', { id: 'old', desired: 'shutdown' })] },
    ],
    ['a global service that misses a node', { services: [service({ replicas: undefined })] }],
  ])('%s is found', (_, shown) => {
    expect(judge(shown).verdict).toBe('fail');
  });

  test('of two tasks in one place the story names both', () => {
    const extra = task(2, 'm3-id', { id: 'extra' });
    expect(judge({ tasks: [first, second, extra] })).toMatchObject({
      summary: expect.stringContaining(
        `task extra (slot 2, running, desired running) is one too many in its place in lighthouse-a, beside ${second.id}`,
      ),
    });
  });

  test('a task that a node still runs and nobody wants is found', () => {
    const observations = says('w2', 'a', [
      [3_000, { kind: 'task', id: 'stray', state: 'running' }],
    ]);
    expect(judge({}, { observations })).toMatchObject({
      summary: expect.stringContaining('w2 still runs task stray, which nobody wants'),
    });
  });
});

describe('legal look-alikes', () => {
  const others = nodes.filter(({ name }) => name !== 'w1');

  test.each<readonly [string, Partial<Shown>]>([
    [
      'a dead node whose old task is still called running',
      {
        nodes: [...others, shownNode('w1', { state: 'down' })],
        tasks: [
          ...right.tasks.slice(1),
          task(1, 'w2-id'),
          task(1, 'w1-id', { id: 'old', desired: 'shutdown' }),
        ],
      },
    ],
    [
      'old tasks of a slot that have ended',
      {
        tasks: [
          ...right.tasks,
          task(1, 'w2-id', { id: 'old', state: 'failed', desired: 'shutdown' }),
        ],
      },
    ],
    [
      'a paused node that keeps its task',
      { nodes: [...others, shownNode('w1', { availability: 'pause' })] },
    ],
    [
      'a task that no node may take',
      {
        services: [service({ replicas: 1, constraints: ['node.hostname==elsewhere'] })],
        tasks: [task(1, '', { state: 'pending' })],
      },
    ],
    [
      'a global service with a task on each node',
      {
        services: [service({ replicas: undefined })],
        tasks: nodes.map(({ id }) => task(0, id, { id: `g-${id}` })),
      },
    ],
    [
      'a task of a service that is gone, on a node that is not there',
      {
        services: [],
        tasks: [task(1, 'w1-id', { desired: 'remove' })],
        nodes: [...others, shownNode('w1', { state: 'down' })],
      },
    ],
    ['a service of no replicas', { services: [service({ replicas: 0 })], tasks: [] }],
  ])('%s is as desired', (_, shown) => {
    const ended = (shown.nodes ?? []).filter(({ state }) => state === 'down');
    const lifecycle = ended.map(({ name }) => lived(name, 'exited', 5_000));
    expect(judge(shown, { lifecycle }).verdict).toBe('pass');
  });

  test('a stray task of an earlier boot ended with it', () => {
    const observations = [
      ...says('w2', 'a', [[3_000, { kind: 'task', id: 'stray', state: 'running' }]]),
      ...says('w2', 'b', [
        [4_000, { kind: 'boot', name: 'w2', nodeId: undefined, raftId: undefined }],
      ]),
    ];
    expect(judge({}, { observations }).verdict).toBe('pass');
  });
});

describe('what is not judged', () => {
  const missing: Partial<Shown> = { tasks: [] };

  test('the end of a quiet time that was shorter than the bound', () => {
    const phases = {
      injectAt: 1_000,
      healAt: 9_000,
      healedAt: 9_500,
      quietAt: 9_500,
      endAt: 11_500,
    };
    expect(judge(missing, { phases })).toEqual({
      verdict: 'unknown',
      missing: 'the last 1.600 s were quiet, the bound is 3.000 s',
    });
  });

  test('a change of a service shortly before, by a write that nobody waited for any more', () => {
    const observations = says('m1', 'a', [
      [5_000, commit(10, 1)],
      [10_000, commit(11, 2)],
    ]);
    expect(judge(missing, { observations }).verdict).toBe('unknown');
    // Unless somebody was shown it long before: only what followed from it was written later.
    const [{ mark }] = right.services as [ServiceShown];
    const seen = [{ object: 'lighthouse-a', value: mark }];
    const reads = [{ services: right.services }, { tasks: [] }, { nodes }].map((output, at) =>
      operation('m1', [11_100 + at, 11_101 + at], { output, seen }),
    );
    const operations = [operation('m1', [7_000, 7_010], { seen }), ...reads];
    expect(judge({}, { observations, operations }).verdict).toBe('fail');
  });

  test('a machine that stood still after the heal', () => {
    expect(judge(missing, { stalls: [{ at: 8_000, forMs: 400 }] }).verdict).toBe('unknown');
  });

  test('managers that answered nothing in the end', () => {
    expect(reconciliationConverges.judge(history()).verdict).toBe('unknown');
  });
});

test('every manager must show it', () => {
  const wrong = [{ services: right.services }, { tasks: [] }, { nodes }].map((output, at) =>
    operation('m2', [11_200 + at, 11_201 + at], { output }),
  );
  const reads = [{ services: right.services }, { tasks: right.tasks }, { nodes }].map(
    (output, at) => operation('m1', [11_100 + at, 11_101 + at], { output }),
  );
  expect(
    reconciliationConverges.judge(history({ operations: [...reads, ...wrong] })),
  ).toMatchObject({
    verdict: 'fail',
    summary: expect.stringContaining('lighthouse-a asks for 2 tasks and has 0'),
  });
});
