import { describe, expect, test } from '@jest/globals';
import type {
  History,
  Observation,
  ObservedNode,
  ObservedService,
  ObservedTask,
} from '../../harness/core/history.ts';
import { cut, history, says } from '../testing/histories.ts';
import { tasksChangeForAReason } from './tasks-change-for-a-reason.ts';

type Words = Parameters<typeof says>[2][number];

const service = (given: Partial<ObservedService> = {}): ObservedService => ({
  id: 'web',
  replicas: 2,
  created: false,
  remade: false,
  restartDelayMs: 500,
  removed: false,
  ...given,
});

const task = (slot: number, given: Partial<ObservedTask> = {}): ObservedTask => ({
  id: `t${slot}`,
  service: 'web',
  slot,
  node: 'n1',
  state: 'running',
  desired: 'running',
  removed: false,
  ...given,
});

const node = (given: Partial<ObservedNode> = {}): ObservedNode => ({
  id: 'n1',
  state: 'ready',
  availability: 'active',
  remade: false,
  removed: false,
  ...given,
});

type Step = {
  readonly tasks?: readonly ObservedTask[];
  readonly services?: readonly ObservedService[];
  readonly nodes?: readonly ObservedNode[];
  readonly restored?: true;
};

/** One commit after another, 100 ms apart. */
const steps = (...told: readonly Step[]): readonly Words[] =>
  told.map(({ tasks = [], ...rest }, at) => [
    2_000 + 100 * at,
    { kind: 'commit', index: 10 + at, term: 1, hash: 7, tasks, ...rest },
  ]);

const fresh = { state: 'new', node: '' } as const;

/** A service with two tasks that have come to run. */
const running: readonly Step[] = [
  { services: [service({ created: true })] },
  { tasks: [task(1, fresh), task(2, fresh)] },
  { tasks: [task(1), task(2)] },
];

const judge = (words: readonly Words[], given: Partial<History> = {}) =>
  tasksChangeForAReason.judge(
    history({
      observations: says('m1', '1', words),
      faults: [cut([{ from: 'm1', to: 'm2' }], [2_000, 3_000])],
      ...given,
    }),
  );

const stop = task(2, { desired: 'shutdown' });

describe('a running task', () => {
  test('that is stopped although nothing asks for it is found', () => {
    expect(judge(steps(...running, { tasks: [stop] }))).toEqual({
      verdict: 'fail',
      summary:
        'task t2 (slot 2 of service web) ran as wanted and is to stop, although nobody asked for other tasks or fewer, and its node may have it',
      moments: [
        {
          at: 2_200,
          node: 'm1',
          text: 'm1 applies, up to index 12: task t2 (slot 2 of service web) runs',
        },
        {
          at: 2_300,
          node: 'm1',
          text: 'm1 applies, up to index 13: it is desired shutdown; since it was made nobody asked for other tasks or fewer, and its node could have it',
        },
      ],
    });
  });

  test.each<[string, Step]>([
    ['other tasks are asked for', { services: [service({ remade: true })] }],
    ['there are to be fewer', { services: [service({ replicas: 1 })] }],
    ['the service goes', { services: [service({ removed: true })] }],
    ['its node is down', { nodes: [node({ state: 'down' })] }],
    ['its node is drained', { nodes: [node({ availability: 'drain' })] }],
    ['its node is another one', { nodes: [node({ remade: true })] }],
    ['its node goes', { nodes: [node({ removed: true })] }],
    ['another one is wanted in its slot', { tasks: [task(2, { ...fresh, id: 'twin' })] }],
  ])('may be stopped where %s, in the same commit or before', (_, reason) => {
    const later = steps(...running, reason, { tasks: [stop] });
    expect(judge(later)).toMatchObject({ verdict: 'pass', tested: true });
    const tasks = [...(reason.tasks ?? []), stop];
    expect(judge(steps(...running, { ...reason, tasks })).verdict).toBe('pass');
  });

  test.each<[string, Step]>([
    ['there are to be more', { services: [service({ replicas: 3 })] }],
    ['another service is updated', { services: [service({ id: 'db', remade: true })] }],
    ['another node is down', { nodes: [node({ id: 'n2', state: 'down' })] }],
    ['its node is only unheard of', { nodes: [node({ state: 'unknown' })] }],
    ['its node is paused', { nodes: [node({ availability: 'pause' })] }],
  ])('is not stopped because %s', (_, noReason) => {
    expect(judge(steps(...running, noReason, { tasks: [stop] })).verdict).toBe('fail');
  });

  test('is not stopped because of what was before it was made', () => {
    const before: readonly Step[] = [
      { nodes: [node({ state: 'down' })] },
      { services: [service({ created: true })] },
      { services: [service({ remade: true, replicas: 1 })], nodes: [node()] },
    ];
    expect(judge(steps(...before, ...running.slice(1), { tasks: [stop] })).verdict).toBe('fail');
  });

  test('that ended by itself is no loss to anybody', () => {
    const ended = { state: 'failed', desired: 'shutdown' } as const;
    expect(judge(steps(...running, { tasks: [task(2, ended)] })).verdict).toBe('pass');
  });

  test('whose beginning nobody told of, or that a snapshot may have changed, is not judged', () => {
    expect(judge(steps(...running.slice(0, 1), { tasks: [task(2)] }, { tasks: [stop] }))).toEqual({
      verdict: 'pass',
      tested: false,
      because: 'no task ran whose story is known',
    });
    const install: Step = { restored: true };
    expect(judge(steps(...running, install, { tasks: [stop] })).verdict).toBe('pass');
  });

  test('that the snapshot held before it was assigned was made before it, for reasons that are not told', () => {
    const held = (created: boolean): readonly Words[] =>
      steps(
        { restored: true },
        { services: [], tasks: [task(2, { state: 'pending', node: '', created })] },
        { tasks: [task(2, { created: false })] },
        { tasks: [task(2, { desired: 'shutdown', created: false })] },
      );
    expect(judge(held(false)).verdict).toBe('pass');
    expect(judge(held(true)).verdict).toBe('fail');
  });
});

describe('where there are to be fewer', () => {
  const three: readonly Step[] = [
    { services: [service({ created: true, replicas: 3 })] },
    { tasks: [task(1, fresh), task(2, fresh), task(3, fresh)] },
    { tasks: [task(1), task(2)] },
  ];
  const scaled = service({ replicas: 2 });

  test('a slot that runs does not go before one that does not', () => {
    const gone = task(2, { desired: 'remove' });
    expect(judge(steps(...three, { services: [scaled], tasks: [gone] }))).toMatchObject({
      verdict: 'fail',
      summary:
        'task t2 (slot 2 of service web) ran and had to go, while slot 3, which did not run, was kept',
    });
  });

  test.each<[string, readonly ObservedTask[]]>([
    ['the one that does not run goes', [task(3, { ...fresh, desired: 'remove' })]],
    ['the other one has come to run by then', [task(3), task(2, { desired: 'remove' })]],
    ['the other one has ended', [task(3, { state: 'failed' }), task(2, { desired: 'remove' })]],
    ['all of them go', [task(3, { ...fresh, desired: 'remove' }), task(2, { desired: 'remove' })]],
  ])('it is right that %s', (_, tasks) => {
    expect(judge(steps(...three, { services: [scaled], tasks })).verdict).toBe('pass');
  });

  test('a slot that was to leave its node may have been given a new task in the same words', () => {
    const gone = task(2, { desired: 'remove' });
    const drained = { nodes: [node({ availability: 'drain' })] };
    expect(judge(steps(...three, drained, { services: [scaled], tasks: [gone] })).verdict).toBe(
      'pass',
    );
  });

  test('a slot in which an old task runs beside a new one runs', () => {
    const old = { tasks: [task(3, { ...fresh, id: 'old' })] };
    const going = { services: [scaled], tasks: [task(2, { desired: 'remove' })] };
    const told = [...three, old, { tasks: [task(3, { id: 'old' })] }];
    expect(judge(steps(...told, going)).verdict).toBe('pass');
    const stopped = { tasks: [task(3, { id: 'old', desired: 'shutdown', state: 'shutdown' })] };
    expect(judge(steps(...told, stopped, going)).verdict).toBe('fail');
  });
});

describe('a task that ended by itself', () => {
  const failed = task(2, { state: 'failed' });
  const next = task(2, { ...fresh, id: 'next', desired: 'ready' });
  const restart = (delayMs: number, given: Partial<History> = {}, ...more: readonly Step[]) => {
    const told = [
      ...running,
      ...more,
      { tasks: [failed, { ...failed, desired: 'shutdown' }, next] },
    ];
    const words = steps(...told);
    const says2: readonly Observation[] = says('w1', '1', [
      [2_250, { kind: 'task', id: 't2', state: 'failed' }],
    ]);
    const again: Words = [
      2_250 + delayMs,
      {
        kind: 'commit',
        index: 30,
        term: 1,
        hash: 7,
        tasks: [{ ...next, node: 'n1', state: 'ready', desired: 'running' }],
      },
    ];
    const m1 = says('m1', '1', [...words, again]);
    return judge([], { observations: [...m1, ...says2], ...given });
  };

  test('waits for its restart delay', () => {
    expect(restart(510)).toMatchObject({ verdict: 'pass', tested: true });
    expect(restart(510)).toMatchObject({
      because: '0 running tasks stopped for a reason, 1 restart waited for the delay',
    });
  });

  test('that is started again too soon is found', () => {
    expect(restart(200)).toEqual({
      verdict: 'fail',
      summary:
        'slot 2 of service web is started again 0.200 s after its task ended, less than half of its restart delay of 0.500 s, which no drift of clocks explains',
      moments: [
        { at: 2_250, node: 'w1', text: 'w1 says that task t2 is failed' },
        { at: 2_450, node: 'm1', text: 'task next is to run in its place' },
      ],
    });
  });

  test.each<[asked: number, later: number, 'pass' | 'fail']>([
    [500, 2_000, 'pass'],
    [2_000, 500, 'pass'],
    [2_000, 2_000, 'fail'],
  ])('waits for %d ms, or %d where that is asked for meanwhile: %s', (asked, later, verdict) => {
    const words = steps(
      { services: [service({ created: true, restartDelayMs: asked })] },
      ...running.slice(1),
      { tasks: [failed, { ...failed, desired: 'shutdown' }, next] },
      { services: [service({ restartDelayMs: later })] },
      {},
      {},
      {},
      { tasks: [{ ...next, state: 'ready', desired: 'running' }] },
    );
    const ends = says('w1', '1', [[2_250, { kind: 'task', id: 't2', state: 'failed' }]]);
    const observations = [...says('m1', '1', words), ...ends];
    expect(judge([], { observations })).toMatchObject({ verdict });
  });

  test('is not told to have waited, or not, by lines that may come late', () => {
    expect(restart(200, { backend: 'docker' })).toMatchObject({ verdict: 'pass', tested: false });
  });

  test('is not judged where the machine stood still, or its service was updated', () => {
    expect(restart(200, { stalls: [{ at: 2_400, forMs: 300 }] }).verdict).toBe('pass');
    expect(restart(200, {}, { services: [service({ remade: true })] }).verdict).toBe('pass');
  });
});

describe('of what has ended', () => {
  const ended = (id: string): ObservedTask => task(1, { id, state: 'failed', desired: 'shutdown' });
  const deleted = (id: string): Step => ({ tasks: [{ ...ended(id), removed: true }] });
  const one = (id: string): readonly Step[] => [
    { tasks: [task(1, { ...fresh, id })] },
    { tasks: [ended(id)] },
  ];
  /** As many as are kept, which have ended in another way. */
  const others = Array.from({ length: 5 }, (_, at) => ({
    ...ended(`other-${at}`),
    state: 'complete',
  }));
  const created: Step = { services: [service({ created: true })] };
  const both: readonly Step[] = [
    created,
    { tasks: others.map(({ id }) => task(1, { ...fresh, id })) },
    { tasks: others },
    ...one('old'),
    ...one('new'),
  ];

  test('the newest is kept', () => {
    expect(judge(steps(...both, deleted('old'))).verdict).toBe('pass');
    expect(judge(steps(...both, deleted('new')))).toMatchObject({
      verdict: 'fail',
      summary:
        'task new (slot 1 of service web) is deleted, and old, which ended before it, is kept',
      moments: [{ at: 2_400 }, { at: 2_600 }, { at: 2_700 }],
    });
  });

  test('what was made from an earlier spec, or ended in another way, is not compared', () => {
    const remade: Step = { services: [service({ remade: true })] };
    expect(judge(steps(...both.slice(0, 5), remade, ...one('new'), deleted('new'))).verdict).toBe(
      'pass',
    );
    const other: Step = { tasks: [{ ...ended('old'), state: 'complete' }] };
    expect(judge(steps(...both, other, deleted('new'))).verdict).toBe('pass');
  });

  describe('five are kept in each place', () => {
    const [, made = {}, over = {}] = both;
    const [first] = others;
    const gone: Step = { tasks: others.slice(0, 1).map((of) => ({ ...of, removed: true })) };

    test('and of five none goes', () => {
      expect(judge(steps(created, made, over, gone))).toMatchObject({
        verdict: 'fail',
        summary: `task ${first?.id} (slot 1 of service web) is deleted, although only 4 others that ended in its place are kept, and 5 are to be`,
        moments: [{ at: 2_200 }, { at: 2_300 }],
      });
      expect(judge(steps(created, made, over, ...one('old'), gone)).verdict).toBe('pass');
    });

    test('unless the service goes, or its place, or it was not told of from its beginning', () => {
      const removed: Step = { services: [service({ removed: true })] };
      expect(judge(steps(created, made, over, removed, gone)).verdict).toBe('pass');
      const toGo: Step = { tasks: others.map((of) => ({ ...of, desired: 'remove' })) };
      const went: Step = {
        tasks: others.map((of) => ({ ...of, desired: 'remove', removed: true })),
      };
      expect(judge(steps(created, made, over, toGo, went)).verdict).toBe('pass');
      expect(judge(steps({ services: [service()] }, made, over, gone)).verdict).toBe('pass');
    });
  });
});

test('who does not tell of services is not judged', () => {
  expect(judge(steps(...running.slice(1), { tasks: [stop] })).verdict).toBe('unknown');
});

test('what one manager took from a snapshot another one tells of', () => {
  // The first tells of more, with a gap where the task was stopped.
  const gap: readonly Step[] = [{ restored: true }, {}, {}, {}, {}];
  const [behind, ...others] = steps(...running, ...gap);
  const installed = says('m2', '1', [...(behind === undefined ? [] : [behind]), ...others]);
  const whole = says('m1', '1', steps(...running, { tasks: [stop] }));
  expect(judge([], { observations: [...installed, ...whole] }).verdict).toBe('fail');
});

test('the words of others that tell of nothing new are not looked at, and those of new indexes are', () => {
  const early = says('m1', '1', steps(...running));
  const late = says('m2', '1', steps(...running, { tasks: [stop] }));
  expect(judge([], { observations: [...early, ...late] }).verdict).toBe('fail');
});
