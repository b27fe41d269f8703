import { describe, expect, test } from '@jest/globals';
import type {
  History,
  Observation,
  ObservedNode,
  ObservedService,
  ObservedTask,
  ObservedUpdate,
} from '../../harness/core/history.ts';
import { cut, history, says } from '../testing/histories.ts';
import { rollingUpdatesAsConfigured } from './rolling-updates-as-configured.ts';

type Words = Parameters<typeof says>[2][number];

const service = (
  update: Partial<ObservedUpdate> = {},
  given: Partial<ObservedService> = {},
): ObservedService => ({
  id: 'web',
  replicas: 3,
  created: false,
  remade: false,
  restartDelayMs: 500,
  update: { state: undefined, parallelism: 1, delayMs: 0, startFirst: false, ...update },
  removed: false,
  ...given,
});

const task = (id: string, given: Partial<ObservedTask> = {}): ObservedTask => ({
  id,
  service: 'web',
  slot: Number(id.slice(1)),
  node: 'n1',
  state: 'running',
  desired: 'running',
  removed: false,
  ...given,
});

const down: ObservedNode = {
  id: 'n1',
  state: 'down',
  availability: 'active',
  remade: false,
  removed: false,
};

type Step = {
  readonly tasks?: readonly ObservedTask[];
  readonly services?: readonly ObservedService[];
  readonly nodes?: readonly ObservedNode[];
  readonly term?: number;
};

/** One commit after another, 100 ms apart. */
const steps = (...told: readonly Step[]): readonly Words[] =>
  told.map(({ tasks = [], term = 1, ...rest }, at) => [
    2_000 + 100 * at,
    { kind: 'commit', index: 10 + at, term, hash: 7, tasks, ...rest },
  ]);

/** Said by a task's own node, in the order in which it happens. */
const ran = (id: string, at: number): Words => [at, { kind: 'task', id, state: 'running' }];

const judge = (
  words: readonly Words[],
  nodes: readonly Words[] = [],
  backend: History['backend'] = 'sim',
) =>
  rollingUpdatesAsConfigured.judge(
    history({
      backend,
      observations: [...says('m1', '1', words), ...says('w1', '1', nodes)].sort(
        (a: Observation, b: Observation) => a.at - b.at,
      ),
      faults: [cut([{ from: 'm1', to: 'm2' }], [2_000, 3_000])],
    } satisfies Partial<History>),
  );

const fresh = { state: 'new', node: '' } as const;
/** Made for the place of another one; `b2` follows `a2`. */
const made = (id: string, desired = 'ready'): ObservedTask => task(id, { ...fresh, desired });
const stopping = (id: string): ObservedTask => task(id, { desired: 'shutdown' });
const stopped = (id: string): ObservedTask => task(id, { state: 'shutdown', desired: 'shutdown' });

/** Three tasks that have come to run, and an order to replace them. */
const asked = (update: Partial<ObservedUpdate> = {}): readonly Step[] => [
  { services: [service(update, { created: true })] },
  { tasks: [task('a1', fresh), task('a2', fresh), task('a3', fresh)] },
  { tasks: [task('a1'), task('a2'), task('a3')] },
  { services: [service(update, { remade: true }), service({ ...update, state: 'updating' })] },
];

const replacing = (place: number): Step => ({ tasks: [stopping(`a${place}`), made(`b${place}`)] });
const replaced = (place: number): Step => ({ tasks: [stopped(`a${place}`), task(`b${place}`)] });

describe('an update', () => {
  test('that replaces more tasks at once than its parallelism says is found', () => {
    expect(judge(steps(...asked(), replacing(1), replacing(2)))).toEqual({
      verdict: 'fail',
      summary:
        '2 tasks of service web are replaced at the same time, its update may replace 1 at a time',
      moments: [
        {
          at: 2_300,
          node: 'm1',
          text: 'm1 applies, up to index 13: service web asks for other tasks',
        },
        {
          at: 2_400,
          node: 'm1',
          text: 'm1 applies, up to index 14: task b1 is made for the place of a1',
        },
        {
          at: 2_500,
          node: 'm1',
          text: 'm1 applies, up to index 15: task b2 is made for the place of a2',
        },
      ],
    });
  });

  test('that replaces too many in the words that asked for it is found', () => {
    const [created, before, running] = asked();
    const services = [service({}, { remade: true }), service({ state: 'updating' })];
    const tasks = [...(replacing(1).tasks ?? []), ...(replacing(2).tasks ?? [])];
    expect(judge(steps(created ?? {}, before ?? {}, running ?? {}, { services, tasks }))).toEqual(
      expect.objectContaining({ verdict: 'fail' }),
    );
  });

  test.each<[string, readonly Step[]]>([
    ['the one before runs', [...asked(), replacing(1), replaced(1), replacing(2)]],
    [
      'the one before has ended',
      [
        ...asked(),
        replacing(1),
        { tasks: [stopped('a1'), task('b1', { state: 'failed' })] },
        replacing(2),
      ],
    ],
    [
      'the one before is not wanted any more',
      [...asked(), replacing(1), { tasks: [made('b1', 'remove')] }, replacing(2)],
    ],
    [
      'the words that broke off the one before may bring its last ones',
      [
        ...asked(),
        replacing(1),
        replaced(1),
        {
          tasks: [stopping('a2'), made('b2'), stopping('b1'), made('c1')],
          services: [service({}, { remade: true }), service({ state: 'updating' })],
        },
        { tasks: [stopped('b1'), task('c1'), stopping('a3'), made('c3')] },
      ],
    ],
    [
      'the one before may be of an update that somebody wrote over and broke off, all in the same words',
      [
        ...asked(),
        replacing(1),
        replaced(1),
        {
          tasks: [stopping('a2'), made('b2'), stopping('b1'), made('c1')],
          services: [service(), service({}, { remade: true }), service({ state: 'updating' })],
        },
        { tasks: [stopped('a2'), task('b2'), stopped('b1'), task('c1')] },
      ],
    ],
    ['that many may go at once', [...asked({ parallelism: 2 }), replacing(1), replacing(2)]],
    ['all may go at once', [...asked({ parallelism: 0 }), replacing(1), replacing(2)]],
    [
      'more may go at once from then on',
      [
        ...asked(),
        replacing(1),
        { ...replacing(2), services: [service({ state: 'updating', parallelism: 2 })] },
      ],
    ],
    [
      'the other went with its node',
      [...asked(), replacing(1), { ...replacing(2), nodes: [down] }],
    ],
    [
      'the other had ended by itself',
      [
        ...asked(),
        replacing(1),
        { tasks: [task('a2', { state: 'failed', desired: 'shutdown' }), made('b2')] },
      ],
    ],
    [
      'the old ones were made from what was asked for since',
      [...asked(), { services: [service({}, { remade: true })] }, replacing(1), replaced(1)],
    ],
  ])('may replace another task where %s', (_, told) => {
    expect(judge(steps(...told))).toMatchObject({ verdict: 'pass', tested: true });
  });

  test('does not take a place for done because its old task is deleted', () => {
    const deleted = { tasks: [task('a1', { ...stopped('a1'), removed: true })] };
    expect(judge(steps(...asked(), replacing(1), deleted, replacing(2))).verdict).toBe('fail');
    // Who comes to lead then cannot know of it.
    const later = { ...replacing(2), term: 2 };
    const next = { tasks: [], term: 2 };
    expect(judge(steps(...asked(), replacing(1), deleted, next, later)).verdict).toBe('pass');
  });

  test('that goes on while it is paused is found', () => {
    const pause = { services: [service({ state: 'paused' })] };
    const ended: Step = { tasks: [task('b1', { state: 'failed' })] };
    const told = [...asked(), replacing(1), replaced(1), ended, pause];
    expect(judge(steps(...told, replacing(2)))).toMatchObject({
      verdict: 'fail',
      summary:
        'slot 2 of service web is given a new task, although the update of the service is paused',
    });
    const again = { services: [service({ state: 'updating' })] };
    expect(judge(steps(...told, again))).toMatchObject({
      verdict: 'fail',
      summary: 'the update of service web was paused, and goes on although nobody asked',
    });
    const written = { services: [service(), service({ state: 'updating' })] };
    expect(judge(steps(...told, written, replacing(2))).verdict).toBe('pass');
  });

  test('that is called completed while an old task is wanted is found', () => {
    const completed = { services: [service({ state: 'completed' })] };
    const told = [...asked(), replacing(1), replaced(1), replacing(2), replaced(2)];
    expect(judge(steps(...told, completed))).toMatchObject({
      verdict: 'fail',
      summary: 'the update of service web is called completed, and task a3 has not been replaced',
    });
    // Whatever comes after it in the same words.
    const goesOn = {
      services: [service({ state: 'completed' }), service({ state: 'updating' })],
    };
    expect(judge(steps(...told, goesOn)).verdict).toBe('fail');
    expect(judge(steps(...told, replacing(3), replaced(3), completed)).verdict).toBe('pass');
    // Where the new one failed, the old one may stay.
    const failed = { tasks: [made('b3'), task('b3', { state: 'failed', desired: 'shutdown' })] };
    expect(judge(steps(...told, failed, completed)).verdict).toBe('pass');
  });
});

describe('the delay', () => {
  const slow = asked({ delayMs: 300 });
  const before = [...slow, replacing(1), replaced(1)];

  test('that an update does not wait for is found', () => {
    expect(judge(steps(...before, replacing(2)), [ran('b1', 2_480)])).toEqual({
      verdict: 'fail',
      summary:
        'slot 2 of service web is given a new task 0.120 s after the one before was through, less than half of the delay of the update of 0.300 s, which no drift of clocks explains',
      moments: [
        {
          at: 2_300,
          node: 'm1',
          text: 'm1 applies, up to index 13: service web asks for other tasks',
        },
        {
          at: 2_480,
          node: 'w1',
          text: 'w1 says that task b1, the new one before it, is running',
        },
        {
          at: 2_600,
          node: 'm1',
          text: 'm1 applies, up to index 16: task b2 is made for the place of a2',
        },
      ],
    });
  });

  test('is told by lines that may come late only where it is long', () => {
    const nodes = [ran('b1', 2_480)];
    expect(judge(steps(...before, replacing(2)), nodes, 'docker').verdict).toBe('pass');
    const slower = [...asked({ delayMs: 10_000 }), replacing(1), replaced(1), replacing(2)];
    expect(judge(steps(...slower), nodes, 'docker').verdict).toBe('fail');
  });

  test.each<[string, readonly Step[], readonly Words[]]>([
    ['it is over', [...before, {}, {}, replacing(2)], [ran('b1', 2_480)]],
    ['nobody said when the one before ran', [...before, replacing(2)], []],
    [
      'another leader begins anew',
      [...before, { term: 2 }, { ...replacing(2), term: 2 }],
      [ran('b1', 2_480)],
    ],
    [
      'somebody wrote the service',
      [...before, { services: [service({ state: 'updating', delayMs: 300 })] }, replacing(2)],
      [ran('b1', 2_480)],
    ],
    [
      'the last one of an update that was broken off is not through',
      [
        ...asked({ delayMs: 300 }).slice(0, 3),
        {
          tasks: [stopping('a3'), made('b3'), stopping('a1'), made('c1')],
          services: [
            service({ delayMs: 300 }, { remade: true }),
            service({ delayMs: 300, state: 'updating' }),
            service({ delayMs: 300 }, { remade: true }),
            service({ delayMs: 300, state: 'updating' }),
          ],
        },
        { tasks: [stopped('a1'), task('c1')] },
        {},
        {},
        {},
        { tasks: [stopping('a2'), made('c2')] },
      ],
      [ran('c1', 2_380)],
    ],
    [
      'more may go at once',
      [...asked({ delayMs: 300, parallelism: 2 }), replacing(1), replaced(1), replacing(2)],
      [ran('b1', 2_480)],
    ],
  ])('holds nobody up where %s', (_, told, nodes) => {
    expect(judge(steps(...told), nodes)).toMatchObject({ verdict: 'pass', tested: true });
  });

  test('is counted for each by those before it, also where a manager that was away tells of several at once', () => {
    const begun = (place: number): Step => ({ tasks: [made(`b${place}`, 'running')] });
    const through = (place: number): Step => ({
      tasks: [task(`b${place}`), stopping(`a${place}`)],
    });
    const first = [...asked({ delayMs: 300, startFirst: true }), begun(1), through(1)];
    const judged = (...told: readonly Step[]) => {
      const atOnce = told.flatMap(({ tasks = [] }) => tasks);
      const late: readonly Words[] = [
        ...steps(...first),
        [3_300, { kind: 'commit', index: 40, term: 1, hash: 7, tasks: atOnce }],
      ];
      const observations = [
        ...says('m2', '1', steps(...first, ...told)),
        ...says('m1', '1', late),
        ...says('w1', '1', [ran('b1', 2_480), ran('b2', 2_880)]),
      ].sort((one: Observation, other: Observation) => one.at - other.at);
      return rollingUpdatesAsConfigured.judge(history({ observations }));
    };
    expect(judged({}, {}, begun(2), through(2), {}, {}, begun(3))).toMatchObject({
      verdict: 'pass',
      tested: true,
    });
    expect(judged({}, {}, begun(2), through(2), begun(3)).verdict).toBe('fail');
  });

  test('counts for each place beyond the parallelism', () => {
    const told = [
      ...asked({ delayMs: 300, parallelism: 2 }),
      { tasks: [...(replacing(1).tasks ?? []), ...(replacing(2).tasks ?? [])] },
      replaced(1),
    ];
    const nodes = [ran('b1', 2_480)];
    expect(judge(steps(...told, replacing(3)), nodes).verdict).toBe('fail');
    expect(judge(steps(...told, {}, {}, replacing(3)), nodes).verdict).toBe('pass');
  });
});

describe('the order', () => {
  test('stop-first, of which a new task that is to run before the old one has stopped is found', () => {
    const early = { tasks: [task('b1', { state: 'ready' })] };
    expect(judge(steps(...asked(), replacing(1), early))).toMatchObject({
      verdict: 'fail',
      summary:
        'slot 1 of service web is to run its new task before the old one has stopped, although the order of the update is stop-first',
      moments: [
        { at: 2_200, text: 'task a1 runs' },
        { at: 2_500, text: 'task b1 is to run in its place, and task a1 is running' },
      ],
    });
    const ended = { tasks: [stopped('a1')] };
    expect(judge(steps(...asked(), replacing(1), ended, early)).verdict).toBe('pass');
    const gone = { ...early, nodes: [down] };
    expect(judge(steps(...asked(), replacing(1), gone)).verdict).toBe('pass');
    const other = { ...early, services: [service({ state: 'updating', startFirst: true })] };
    expect(judge(steps(...asked(), replacing(1), other)).verdict).toBe('pass');
  });

  test('start-first, of which an old task that is stopped before the new one runs is found', () => {
    const told = [...asked({ startFirst: true }), { tasks: [made('b1', 'running')] }];
    expect(judge(steps(...told, { tasks: [stopping('a1')] }))).toMatchObject({
      verdict: 'fail',
      summary:
        'slot 1 of service web has to stop its old task before the new one runs, although the order of the update is start-first',
    });
    const up = { tasks: [task('b1'), stopping('a1')] };
    expect(judge(steps(...told, up))).toMatchObject({ verdict: 'pass', tested: true });
    const fewer = { tasks: [task('a1', { desired: 'remove' })] };
    expect(judge(steps(...told, fewer)).verdict).toBe('pass');
    const gone = { tasks: [stopping('a1')], nodes: [down] };
    expect(judge(steps(...told, gone)).verdict).toBe('pass');
  });

  test('start-first, where another old task stays', () => {
    const told = [
      ...asked({ startFirst: true }),
      { tasks: [task('b1', { ...fresh })] },
      { tasks: [task('b1')] },
      { services: [service({ state: 'updating', startFirst: true }, { remade: true })] },
      { tasks: [task('c1', { ...fresh })] },
    ];
    expect(judge(steps(...told, { tasks: [stopping('b1')] })).verdict).toBe('pass');
    expect(judge(steps(...told, { tasks: [stopping('a1'), stopping('b1')] })).verdict).toBe('fail');
  });

  test('start-first, where the words that broke off an update bring the end of its old task as well', () => {
    const startFirst = { startFirst: true };
    const told = [...asked(startFirst), { tasks: [made('b1', 'running')] }];
    const services = [
      service(startFirst, { remade: true }),
      service({ ...startFirst, state: 'updating' }),
    ];
    const breath = {
      services,
      tasks: [task('b1'), stopping('a1'), made('c1', 'running'), stopped('b1')],
    };
    expect(judge(steps(...told, breath)).verdict).toBe('pass');
    const later = { services, tasks: [made('c1', 'running')] };
    expect(judge(steps(...told, later, { tasks: [stopping('a1'), stopping('b1')] })).verdict).toBe(
      'fail',
    );
  });
});

describe('what cannot be judged', () => {
  test('is unknown where nobody tells of updates', () => {
    const silent = { ...service(), update: undefined };
    expect(judge(steps({ services: [silent] })).verdict).toBe('unknown');
  });

  test('is untested where nobody asked for other tasks, or none was replaced', () => {
    expect(judge(steps({ services: [service()] }))).toMatchObject({ tested: false });
    expect(judge(steps(...asked()))).toMatchObject({ tested: false });
  });
});

describe('an update that is paused', () => {
  const pausing = (update: Partial<ObservedUpdate> = {}): Step => ({
    services: [service({ ...update, state: 'paused' })],
  });
  const failed: Step = { tasks: [stopped('a1'), task('b1', { state: 'failed' })] };

  test('although none of its tasks has ended is found', () => {
    const old: Step = { tasks: [task('a1', { state: 'failed', desired: 'shutdown' })] };
    expect(judge(steps(...asked(), replacing(1), old, pausing()))).toEqual({
      verdict: 'fail',
      summary:
        'the update of service web is paused, although none of the tasks that it has made has ended',
      moments: [
        {
          at: 2_400,
          node: 'm1',
          text: 'm1 applies, up to index 14: task b1 is made for the place of a1',
        },
        { at: 2_600, node: 'm1', text: 'the update is paused' },
      ],
    });
    expect(judge(steps(...asked(), replacing(1), failed, pausing())).verdict).toBe('pass');
  });

  test('although it was to go on is found', () => {
    const update = { bearsFailures: true };
    expect(judge(steps(...asked(update), replacing(1), failed, pausing(update)))).toMatchObject({
      verdict: 'fail',
      summary:
        'the update of service web is paused, although it was to go on whatever becomes of its tasks',
    });
  });

  test('in the words that gave it other tasks is not judged', () => {
    const words: Step = {
      services: [
        service({}, { remade: true }),
        service({ state: 'updating' }),
        service({ state: 'paused' }),
      ],
    };
    expect(judge(steps(...asked().slice(0, 3), words)).verdict).toBe('pass');
  });
});
