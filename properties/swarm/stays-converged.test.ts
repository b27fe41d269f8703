import { describe, expect, test } from '@jest/globals';
import type { History, Observation, ObservedTask } from '../../harness/core/history.ts';
import type { NodeShown, ServiceShown } from '../../models/swarm-answers.ts';
import {
  commit,
  history,
  kill,
  lived,
  operation,
  says,
  service,
  shownNode,
  task,
  write,
} from '../testing/histories.ts';
import { reconciliationConverges } from './reconciliation-converges.ts';

type Given = Partial<Omit<History, 'nodes'>> & {
  readonly services?: readonly ServiceShown[];
  readonly shown?: readonly NodeShown[];
};

const nodes = ['m1', 'm2', 'm3', 'w1', 'w2'].map((name) => shownNode(name));

const was = (id: string, state: string, given: Partial<ObservedTask> = {}): ObservedTask => ({
  id,
  service: 's1',
  slot: 2,
  node: 'm2-id',
  state,
  desired: 'running',
  removed: false,
  ...given,
});

/** What the leader tells of tasks, at these times. Index 11 follows the last write of the service, and of all nodes. */
const told = (...steps: readonly (readonly [at: number, ...tasks: ObservedTask[]])[]) =>
  says(
    'm1',
    'a',
    steps.map(([at, ...tasks], place) => [at, commit(11 + place, place, tasks)] as const),
  );

const first = 't2-m2-id';
const started = [
  [2_000, was(first, 'new', { node: '' })],
  [2_200, was(first, 'running')],
] as const;
/** As it is replaced where it failed, or its node went. */
const replaced = (at: number, old: string, next: string) =>
  [
    [at, was(old, 'running', { desired: 'shutdown' }), was(next, 'new', { desired: 'ready' })],
    [at + 60, was(old, 'shutdown', { desired: 'shutdown' }), was(next, 'ready')],
    [at + 90, was(next, 'running')],
  ] as const;

/** The others have caught up in the end. */
const others = ['m2', 'm3'].flatMap((name) => says(name, 'a', [[11_050, commit(99, 1)]]));

const judge = (observations: readonly Observation[], given: Given = {}, last = first) => {
  const { services = [service()], shown = nodes, operations = [], ...parts } = given;
  const tasks = [task(1, 'w1-id'), task(2, 'm2-id', { id: last })];
  const reads = [{ services }, { tasks }, { nodes: shown }].map((output, at) =>
    operation('m1', [11_100 + at, 11_101 + at], { output }),
  );
  return reconciliationConverges.judge(
    history({
      faults: [kill('w1', [2_000, 3_000])],
      ...parts,
      observations: [...observations, ...others].sort((a, b) => a.at - b.at),
      operations: [...operations, ...reads],
    }),
  );
};

test('tasks that are let alone are right', () => {
  expect(judge(told(...started))).toMatchObject({ verdict: 'pass', tested: true });
});

test('an update that waits between places, as it is asked to, is no unrest', () => {
  const late = told(...started, ...replaced(9_500, first, 'next'));
  const waiting = (ms: number) => ({ services: [service({ updateWaits: { ms, places: 1 } })] });
  expect(judge(late, waiting(3_000), 'next').verdict).toBe('pass');
  expect(judge(late, waiting(1), 'next').verdict).toBe('fail');
});

describe('wrong is', () => {
  test('a task that is replaced again and again, whatever the last read shows', () => {
    const times = Array.from({ length: 15 }, (_, turn) => 8_800 + 150 * turn);
    const turns = times.flatMap((at, turn) => replaced(at, `x${turn}`, `x${turn + 1}`));
    expect(judge(told(...started, ...turns), {}, 'x15')).toMatchObject({
      verdict: 'fail',
      summary: `3.000 s after the last change task x2 (slot 2) of lighthouse-a goes from running, desired running, to running, desired shutdown, although nothing calls for it`,
    });
  });

  test.each<readonly [string, readonly (readonly [number, ...ObservedTask[]])[], string]>([
    ['one that is replaced once', replaced(10_000, first, 'next'), 'next'],
    ['one that is given up and made anew in one go', [[10_000, was('next', 'new')]], 'next'],
    ['one that fails', [[10_000, was(first, 'failed')]], first],
    [
      'one that is deleted although it is wanted',
      [[10_000, was(first, 'running', { removed: true })]],
      first,
    ],
  ])('%s', (_, steps, last) => {
    expect(judge(told(...started, ...steps), {}, last).verdict).toBe('fail');
  });

  test('the end of a task before its time, where tasks end by themselves', () => {
    const services = [service({ lifetimeMs: 500 })];
    const ran = ['t1-w1-id', 'next'].flatMap((id) =>
      says('w2', id, [[10_900, { kind: 'task', id, state: 'running' }]]),
    );
    const lifecycle = [lived('w2', 'paused', 5_000)];
    const observations = [...told(...started, ...replaced(10_000, first, 'next')), ...ran];
    expect(judge(observations, { services, lifecycle }, 'next')).toMatchObject({
      verdict: 'fail',
      summary: expect.stringContaining(`task ${first} (slot 2) of lighthouse-a goes from running`),
    });
  });
});

describe('right is', () => {
  const late = replaced(10_000, first, 'next');

  test('whatever comes about within the bound after the heal', () => {
    expect(judge(told(...started, ...replaced(8_900, first, 'next')), {}, 'next').verdict).toBe(
      'pass',
    );
  });

  test('whatever comes about within the bound after an answered write of the service', () => {
    const operations = [write(['update', 'lighthouse-a', '1'], 'm1', [7_400, 7_450])];
    const observations = told(...started, ...late);
    expect(judge(observations, { operations }, 'next').verdict).toBe('pass');
    const another = [write(['update', 'lighthouse-b', '2'], 'm1', [7_400, 7_450])];
    expect(judge(observations, { operations: another }, 'next').verdict).toBe('fail');
  });

  test.each<readonly [string, Given]>([
    [
      'a write of the service whose client never had an answer',
      { services: [service({ version: 13 })] },
    ],
    [
      'a change of a node: a drain, or one that was taken for dead',
      { shown: [...nodes.slice(1), shownNode('m1', { version: 13 })] },
    ],
    ['a node that ended', { lifecycle: [lived('w2', 'exited', 7_500)] }],
  ])('what follows, within the bound, %s', (_, given) => {
    const change = [8_000, was('other', 'shutdown', { desired: 'shutdown' })] as const;
    const changes = [...started, [2_300], change, ...late] as const;
    expect(judge(told(...changes), {}, 'next').verdict).toBe('fail');
    expect(judge(told(...changes), given, 'next').verdict).not.toBe('fail');
  });

  test('what a manager that was behind tells again', () => {
    const again = says('m3', 'b', [
      [10_000, commit(13, 9, [...started.map(([, change]) => change)])],
    ]);
    expect(judge([...told(...started, [2_300]), ...again]).verdict).toBe('pass');
  });

  test('what still happens to tasks that are on their way out', () => {
    const old = was('old', 'running', { desired: 'shutdown' });
    const steps = [
      [2_300, old],
      [10_000, { ...old, state: 'shutdown' }],
      [10_200, { ...old, state: 'shutdown', removed: true }],
      [10_300, was('older', 'shutdown', { desired: 'shutdown', removed: true })],
    ] as const;
    expect(judge(told(...started, ...steps)).verdict).toBe('pass');
  });

  test('that a task which ends by itself is followed by another one', () => {
    const services = [service({ lifetimeMs: 500 })];
    const ran = ['t1-w1-id', 'next'].map((id, seq) => ({
      ...{ node: 'w2', boot: 'b', seq, at: 10_900 },
      ...({ kind: 'task', id, state: 'running' } as const),
    }));
    const lifecycle = [lived('w2', 'paused', 5_000)];
    const observations = [
      ...told(
        ...started,
        [10_000, was(first, 'complete')],
        [10_010, was(first, 'complete', { desired: 'shutdown' }), was('next', 'new')],
        [10_300, was('next', 'running')],
      ),
      ...ran,
    ];
    expect(judge(observations, { services, lifecycle }, 'next').verdict).toBe('pass');
  });

  test('what happens after the last read', () => {
    expect(judge(told(...started, ...replaced(11_200, first, 'next'))).verdict).toBe('pass');
  });
});

test('nothing is judged on a machine that stood still', () => {
  const stalls = [{ at: 8_000, forMs: 400 }];
  const observations = told(...started, ...replaced(10_000, first, 'next'));
  expect(judge(observations, { stalls }, 'next').verdict).toBe('unknown');
});
