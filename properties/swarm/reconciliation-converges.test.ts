import { describe, expect, test } from '@jest/globals';
import type { History } from '../../harness/core/history.ts';
import type { NodeShown, ServiceShown, TaskShown } from '../../models/swarm-answers.ts';
import {
  commit,
  history,
  kill,
  lived,
  lock,
  operation,
  says,
  service,
  shownNode,
  task,
} from '../testing/histories.ts';
import { reconciliationConverges } from './reconciliation-converges.ts';

type Shown = {
  readonly services: readonly ServiceShown[];
  readonly tasks: readonly TaskShown[];
  readonly nodes: readonly NodeShown[];
};

const nodes = ['m1', 'm2', 'm3', 'w1', 'w2'].map((name) => shownNode(name));
const right: Shown = {
  services: [service()],
  tasks: [task(1, 'w1-id'), task(2, 'm2-id')],
  nodes,
};

const judge = (shown: Partial<Shown>, given: Partial<History> = {}) => {
  const { services, tasks, nodes: members } = { ...right, ...shown };
  const reads = [{ services }, { tasks }, { nodes: members }].map((output, at) =>
    operation('m1', [11_100 + at, 11_101 + at], { output }),
  );
  return reconciliationConverges.judge(
    history({ operations: reads, faults: [kill('w1', [2_000, 3_000])], ...given }),
  );
};

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

  test('a task that a node still runs and nobody wants is found', () => {
    const observations = says('w2', 'a', [
      [3_000, { kind: 'task', id: 'stray', state: 'running' }],
    ]);
    expect(judge({}, { observations })).toMatchObject({
      summary: expect.stringContaining('w2 still runs task stray, which nobody wants'),
    });
  });
});

describe('a task that is shown as running', () => {
  type Said = readonly (readonly [at: number, state: string])[];
  const [{ id } = task(1, 'w1-id')] = right.tasks;
  const boot = { kind: 'boot', name: 'w1', nodeId: 'w1-id', raftId: undefined } as const;
  const tells = (name: string, at: number, said: Said = []) =>
    says('w1', name, [
      [at, boot],
      ...said.map(([since, state]) => [since, { kind: 'task', id, state }] as const),
    ]);
  const ran = tells('a', 1_000, [[1_500, 'running']]);

  test.each<readonly [string, Partial<History>, string]>([
    [
      'whose node said that it failed',
      { observations: [...ran, ...tells('b', 3_000, [[5_000, 'failed']])] },
      'does not run: its node w1 said failed last',
    ],
    [
      'that its node never started again after a restart',
      { observations: [...ran, ...tells('b', 3_000)] },
      'does not run: its node w1 never said so since it started',
    ],
    [
      'whose start came to nothing after a restart',
      { observations: [...ran, ...tells('b', 3_000, [[3_100, 'starting']])] },
      'does not run: its node w1 said starting last',
    ],
  ])('%s is found', (_, given, summary) => {
    expect(judge({}, given)).toMatchObject({
      verdict: 'fail',
      summary: expect.stringContaining(`task ${id} (slot 1, running, desired running) ${summary}`),
    });
  });

  test.each<readonly [string, Partial<History>]>([
    ['its node says so', { observations: ran }],
    [
      'its node says so again after a restart',
      { observations: [...ran, ...tells('b', 3_000, [[3_100, 'running']])] },
    ],
    [
      'its end is so new that managers may not know of it',
      {
        observations: tells('a', 1_000, [
          [1_500, 'running'],
          [9_000, 'failed'],
        ]),
      },
    ],
    ['its node started a moment ago', { observations: [...ran, ...tells('b', 9_000)] }],
    [
      'its node went on a moment ago',
      {
        observations: [...ran, ...tells('b', 3_000)],
        lifecycle: [lived('w1', 'paused', 5_000), lived('w1', 'resumed', 9_000)],
      },
    ],
    [
      'its node was unlocked a moment ago',
      {
        observations: [
          ...ran,
          ...says('w1', 'b', [
            [3_000, lock('locked')],
            [9_000, lock('active')],
          ]),
        ],
      },
    ],
    [
      'its node no longer runs',
      {
        observations: [...ran, ...tells('b', 3_000)],
        lifecycle: [lived('w1', 'paused', 5_000)],
      },
    ],
    ['no node can be heard to say such things', { observations: tells('b', 3_000) }],
  ])('is right where %s', (_, given) => {
    expect(judge({}, given).verdict).toBe('pass');
  });
});

describe('where executors are heard themselves', () => {
  const [first = task(1, 'w1-id'), second = task(2, 'm2-id')] = right.tasks;
  type Words = readonly [at: number, kind: 'task' | 'executor', state: string];
  const tells = (node: string, id: string, ...words: readonly Words[]) =>
    says(
      node,
      'a',
      words.map(([at, kind, state]) => [
        at,
        { kind, id, state } as Parameters<typeof says>[2][0][1],
      ]),
    );
  const others = tells('m2', second.id, [1_500, 'executor', 'running']);
  const ran = tells('w1', first.id, [1_500, 'executor', 'running']);

  test('what they run is what is shown as running', () => {
    const wrongly = tells(
      'w1',
      first.id,
      [1_500, 'executor', 'running'],
      [3_000, 'task', 'failed'],
    );
    expect(judge({}, { observations: [...wrongly, ...others] }).verdict).toBe('pass');
  });

  test('a task that goes on, although its node says that it has ended, is a leftover', () => {
    const words = [[2_000, 'executor', 'running'] as const, [3_000, 'task', 'shutdown'] as const];
    const observations = [...ran, ...others, ...tells('w2', 'stray', ...words)];
    expect(judge({}, { observations })).toMatchObject({
      summary: expect.stringContaining('w2 still runs task stray, which nobody wants'),
    });
    const stopped = tells('w2', 'stray', ...words, [3_010, 'executor', 'ended']);
    expect(judge({}, { observations: [...ran, ...others, ...stopped] }).verdict).toBe('pass');
  });

  test.each<readonly [string, readonly Words[], string]>([
    [
      'has ended',
      [
        [1_500, 'executor', 'running'],
        [3_000, 'executor', 'ended'],
      ],
      'said ended last',
    ],
    ['never began', [], 'never said so since it started'],
  ])('a task that %s, although its node says that it runs, is found', (_, words, summary) => {
    const observations = [
      ...tells('w1', first.id, ...words, [3_500, 'task', 'running']),
      ...others,
    ];
    expect(judge({}, { observations })).toMatchObject({
      verdict: 'fail',
      summary: expect.stringContaining(`does not run: the executor of w1 ${summary}`),
    });
  });
});

describe('a node that runs', () => {
  const down = nodes.map((node) => (node.name === 'w2' ? { ...node, state: 'down' } : node));

  test('and is taken for dead is found', () => {
    expect(judge({ nodes: down })).toMatchObject({
      summary: expect.stringContaining('w2 is shown as down, although it runs'),
    });
  });

  test('and is not shown at all is found', () => {
    expect(judge({ nodes: nodes.slice(0, 4) }).verdict).toBe('fail');
  });

  test.each([
    ['ended', { lifecycle: [lived('w2', 'started', 10), lived('w2', 'killed', 5_000)] }],
    ['is paused', { lifecycle: [lived('w2', 'paused', 5_000)] }],
    ['is locked', { observations: says('w2', 'a', [[5_000, lock('locked')]]) }],
  ])('is not one that %s', (_, given) => {
    expect(judge({ nodes: down }, given).verdict).toBe('pass');
  });
});

describe('a manager', () => {
  const behind = (index: number) => [
    ...says('m1', 'a', [[5_000, commit(9, 1)]]),
    ...says('m2', 'a', [[8_000, commit(index, 1)]]),
    ...says('m3', 'a', [[8_000, commit(9, 1)]]),
  ];

  test('that never catches up is found', () => {
    expect(judge({}, { observations: behind(8) })).toMatchObject({
      verdict: 'fail',
      summary: 'm2 never caught up: it committed up to 8, and 9 was committed by 5.000 s',
    });
  });

  test('that has caught up in the end is right', () => {
    expect(judge({}, { observations: behind(9) }).verdict).toBe('pass');
  });

  test('that does not run has nothing to catch up with', () => {
    const lifecycle = [lived('m2', 'killed', 5_500)];
    expect(judge({}, { observations: behind(8), lifecycle }).verdict).toBe('pass');
  });

  test('is not judged on a machine that stood still', () => {
    const stalls = [{ at: 8_000, forMs: 400 }];
    expect(judge({}, { observations: behind(8), stalls }).verdict).toBe('unknown');
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
