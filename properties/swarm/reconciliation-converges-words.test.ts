import { describe, expect, test } from '@jest/globals';
import type { History, Operation } from '../../harness/core/history.ts';
import { commit, lived, lock, operation, says, task } from '../testing/histories.ts';
import { judge, nodes, right } from '../testing/shown-in-the-end.ts';

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

  describe('and whose way back into the swarm was given up is not missed there', () => {
    const asks = (name: string, at: number, given: Partial<Operation> = {}) =>
      operation(name === 'swarm.leave' ? 'w2' : 'm1', [at, at + 10], {
        effect: 'local',
        operation: name,
        args: { name: 'w2' },
        ...given,
      });
    const [leave, remove] = [asks('swarm.leave', 1_000), asks('node.remove', 1_100)];
    const refused = asks('node.remove', 1_100, { outcome: 'rejected' });

    test.each<readonly [string, readonly Operation[], string]>([
      ['it left', [leave], 'pass'],
      ['it was taken off the list', [remove], 'pass'],
      ['nobody took it off', [refused], 'fail'],
      ['it was to join again', [leave, remove, asks('swarm.join', 1_200)], 'fail'],
    ])('%s', (_, before, verdict) => {
      expect(judge({ nodes: nodes.slice(0, 4) }, {}, before).verdict).toBe(verdict);
    });
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
