/** What properties make of a history in which nodes change their roles. */
import { describe, expect, test } from '@jest/globals';
import type { History, ObservedTask, Operation } from '../harness/core/history.ts';
import { autolockedRestart } from './autolock/autolocked-restart.ts';
import { aLeaderReturns } from './liveness/a-leader-returns.ts';
import { reached } from './liveness/reached.ts';
import { noSplitBrain } from './raft/no-split-brain.ts';
import { oldManagerDoesNoHarm } from './raft/old-manager-does-no-harm.ts';
import { reconciliationConverges } from './swarm/reconciliation-converges.ts';
import { taskTransitionsAreLegal } from './swarm/task-transitions-are-legal.ts';
import {
  asksRole,
  between,
  boots,
  commit,
  cut,
  history,
  kill,
  leads,
  lived,
  lock,
  members,
  operation,
  role,
  says,
  shownNode,
  write,
} from './testing/histories.ts';

const promotion = asksRole('w1', 'manager', [1_200, 1_210]);
const demotion = asksRole('m3', 'worker', [1_200, 1_210]);
const grown = [
  ...says('m1', 'a', [
    [500, leads('m1', 1)],
    [1_400, members('m1', 'm2', 'm3', 'w1')],
  ]),
  ...says('m2', 'a', [[600, role('m2', 1, 'follower')]]),
  ...says('m3', 'a', [[600, role('m3', 1, 'follower')]]),
  ...says('w1', 'a', [[1_300, role('w1', 1, 'learner')]]),
];
const shrunk = [
  ...says('m1', 'a', [
    [500, leads('m1', 1)],
    [1_400, members('m1', 'm2')],
  ]),
  ...says('m2', 'a', [[600, role('m2', 1, 'follower')]]),
  ...says('m3', 'a', [
    [600, role('m3', 1, 'follower')],
    [1_400, role('m3', 1, 'none')],
  ]),
];

describe('no split brain', () => {
  const acknowledged = (
    node: string,
    [left, right]: readonly [readonly string[], readonly string[]],
    given: Partial<History>,
  ) => {
    const operations = [
      ...(given.operations ?? []),
      write(['create', 'a', '1'], node, [3_000, 3_010]),
    ];
    const faults = [cut(between(left, right), [2_000, 5_000])];
    return noSplitBrain.judge(history({ ...given, faults, operations })).verdict;
  };
  const promoted = { observations: grown, operations: [promotion] };
  const demoted = { observations: shrunk, operations: [demotion] };

  test.each([
    ['m1', [['m1'], ['m2', 'm3', 'w1']], 'fail'],
    ['w1', [['m1'], ['m2', 'm3', 'w1']], 'pass'],
    // Two of the three that there were are a majority until the change is in force.
    [
      'm1',
      [
        ['m1', 'm2'],
        ['m3', 'w1'],
      ],
      'pass',
    ],
    // One of three, two of four: never.
    [
      'm3',
      [
        ['m1', 'm2'],
        ['m3', 'w1'],
      ],
      'fail',
    ],
    [
      'w1',
      [
        ['m1', 'm2'],
        ['m3', 'w1'],
      ],
      'fail',
    ],
  ] as const)('%s, with %j cut after w1 was promoted: %s', (node, sides, verdict) => {
    expect(acknowledged(node, sides, promoted)).toBe(verdict);
  });

  test.each([
    ['m1', [['m1'], ['m2', 'm3']], 'fail'],
    ['m3', [['m3'], ['m1', 'm2']], 'fail'],
    ['m1', [['m3'], ['m1', 'm2']], 'pass'],
  ] as const)('%s, with %j cut after m3 was demoted: %s', (node, sides, verdict) => {
    expect(acknowledged(node, sides, demoted)).toBe(verdict);
  });

  test('of the two that are left one is not enough, and of the one that is left it is', () => {
    const alone = says('m1', 'a', [
      [500, leads('m1', 1)],
      [1_400, members('m1', 'm2')],
      [1_500, members('m1')],
    ]);
    const operations = [demotion, asksRole('m2', 'worker', [1_410, 1_420])];
    const given = { observations: [...alone, ...shrunk.slice(2)], operations };
    expect(acknowledged('m1', [['m1'], ['m2', 'm3']], given)).toBe('pass');
    expect(acknowledged('m2', [['m1'], ['m2', 'm3']], given)).not.toBe('fail');
    expect(acknowledged('m3', [['m3'], ['m1', 'm2']], given)).toBe('fail');
  });

  test('before anybody asked for a change only the shape counts, whatever arrives later', () => {
    const later = asksRole('m2', 'worker', [4_000, 4_010]);
    const alone = says('m1', 'a', [
      [500, leads('m1', 1)],
      [4_100, members('m1')],
    ]);
    const given = { observations: alone, operations: [later] };
    expect(acknowledged('m1', [['m1'], ['m2', 'm3']], given)).toBe('fail');
  });

  test('whoever joins as a manager later is one more, as if it had been promoted', () => {
    const five = [
      ...says('m1', 'a', [
        [500, leads('m1', 1)],
        [1_400, members('m1', 'm2', 'm3', 'w1', 'w2')],
      ]),
      ...['m2', 'm3', 'w1', 'w2'].flatMap((node) =>
        says(node, 'a', [[1_300, role(node, 1, 'follower')]]),
      ),
    ];
    const joins = (given: Partial<Operation>) =>
      operation('w1', [1_100, 1_200], { operation: 'swarm.join', ...given });
    const given = (join: Partial<Operation>) => ({ observations: five, operations: [joins(join)] });
    const sides = [
      ['m1', 'm2'],
      ['m3', 'w1', 'w2'],
    ] as const;
    expect(acknowledged('m3', sides, given({ args: { role: 'manager' } }))).toBe('pass');
    expect(acknowledged('m3', sides, given({ args: { role: 'worker' } }))).toBe('fail');
    // Before the run begins, everybody joins.
    const formed = { args: { role: 'manager' }, phase: 'formation' } as const;
    expect(acknowledged('m3', sides, given(formed))).toBe('fail');
  });

  test('a change that was refused is none', () => {
    const refused = asksRole('m3', 'worker', [1_200, 1_210], { outcome: 'rejected' });
    const observations = says('m1', 'a', [
      [500, leads('m1', 1)],
      [1_400, members('m1')],
    ]);
    expect(
      acknowledged('m1', [['m1'], ['m2', 'm3']], { observations, operations: [refused] }),
    ).toBe('fail');
  });
});

describe('a locked swarm', () => {
  const settings = { autolock: true };
  const restarted = (node: string, raftId: string | undefined) => [
    ...says(node, 'a', [
      [100, boots(node, undefined)],
      [200, lock('active')],
    ]),
    ...says(node, 'b', [
      [2_200, boots(node, raftId)],
      [2_201, lock('active')],
    ]),
  ];

  test('has a promoted worker come up locked', () => {
    const observations = restarted('w1', 'w1-raft');
    expect(autolockedRestart.judge(history({ settings, observations }))).toMatchObject({
      verdict: 'fail',
      summary: 'w1 restarted and was not locked',
    });
  });

  test('has a demoted manager come up open', () => {
    const observations = restarted('m3', undefined);
    expect(autolockedRestart.judge(history({ settings, observations })).verdict).toBe('pass');
  });

  test('does not wait for the return of a manager that learns after its unlocking that it is none', () => {
    const back = (words: Parameters<typeof says>[2]) =>
      autolockedRestart.judge(
        history({
          settings,
          lifecycle: [lived('m3', 'killed', 2_000), lived('m3', 'started', 2_100)],
          observations: [
            ...says('m3', 'a', [[200, lock('active')]]),
            ...says('m3', 'b', [[2_200, lock('locked')], [2_510, lock('active')], ...words]),
          ],
          operations: [
            operation('m3', [2_500, 2_520], {
              operation: 'swarm.unlock',
              effect: 'local',
              args: { key: 0 },
            }),
            operation('m3', [3_000, 3_010], { outcome: 'rejected', decided: false }),
          ],
        }),
      ).verdict;
    expect(back([])).toBe('fail');
    expect(back([[2_600, role('m3', 2, 'none')]])).not.toBe('fail');
  });
});

describe('in the end', () => {
  const judge = (observations: History['observations']) => {
    const nodes = ['m1', 'm2', 'm3', 'w1', 'w2'].map((name) => shownNode(name));
    const reads = [{ services: [] }, { tasks: [] }, { nodes }].map((output, at) =>
      operation('m1', [11_100 + at, 11_101 + at], { output }),
    );
    return reconciliationConverges.judge(history({ operations: reads, observations }));
  };
  const m1 = says('m1', 'a', [
    [500, leads('m1', 1)],
    [5_000, commit(40, 1)],
  ]);
  const m2 = says('m2', 'a', [[5_000, commit(40, 1)]]);

  test('a manager that was promoted has caught up', () => {
    const w1 = says('w1', 'a', [
      [1_300, role('w1', 1, 'learner')],
      [1_400, commit(20, 1)],
    ]);
    const m3 = says('m3', 'a', [[5_000, commit(40, 1)]]);
    expect(judge([...m1, ...m2, ...m3, ...w1])).toMatchObject({
      verdict: 'fail',
      summary: 'w1 never caught up: it committed up to 20, and 40 was committed by 5.000 s',
    });
  });

  test('a manager that was demoted need not', () => {
    const m3 = (last: 'follower' | 'none') =>
      says('m3', 'a', [
        [1_300, commit(20, 1)],
        [1_400, role('m3', 1, last)],
      ]);
    expect(judge([...m1, ...m2, ...m3('none')]).verdict).not.toBe('fail');
    expect(judge([...m1, ...m2, ...m3('follower')]).verdict).toBe('fail');
  });

  test('a locked majority of those that are left may have no leader', () => {
    const locked = (node: string) => says(node, 'b', [[5_000, lock('locked')]]);
    const left = (node: string) => says(node, 'b', [[1_400, role(node, 1, 'none')]]);
    const judged = (observations: History['observations']) =>
      aLeaderReturns.judge(
        history({
          observations,
          operations: [
            operation('m1', [2_000, 2_010], {
              operation: 'swarm.rotate',
              effect: 'write',
              phase: 'inject',
            }),
            write(['create', 'a', '1'], 'm1', [6_200, undefined], { outcome: 'unknown' }),
            operation('m1', [9_200, undefined], { outcome: 'unknown', phase: 'final' }),
          ],
        }),
      ).verdict;
    expect(judged([...locked('m1')])).toBe('fail');
    expect(judged([...locked('m1'), ...left('m2'), ...left('m3')])).toBe('unknown');
  });
});

describe('whoever is let in again', () => {
  const task = (given: Partial<ObservedTask>): ObservedTask => ({
    id: 't',
    service: 's',
    slot: 1,
    node: 'w1-id',
    state: 'running',
    desired: 'running',
    removed: false,
    ...given,
  });
  const replayed = (id: string) =>
    says('m3', 'a', [
      [600, { ...role('m3', 1, 'follower'), raftId: 'first' } as never],
      [700, commit(10, 1, [task({})])],
      [800, commit(12, 3, [task({ id: 'u', node: 'w2-id' })])],
      [1_400, role('m3', 1, 'none')],
      [2_000, { ...role('m3', 1, 'learner'), raftId: id } as never],
      [2_100, commit(9, 2, [task({ state: 'pending', node: '' })])],
    ]);

  test('applies everything once more, under another id', () => {
    const judge = (id: string) =>
      taskTransitionsAreLegal.judge(history({ observations: replayed(id) })).verdict;
    expect(judge('second')).not.toBe('fail');
    const back = replayed('first').filter(
      (words) => words.kind !== 'role' || words.role !== 'none',
    );
    expect(taskTransitionsAreLegal.judge(history({ observations: back })).verdict).toBe('fail');
  });

  test('has moved no task by that', () => {
    const moved = (id: string) => {
      const observations = says('m3', 'a', [
        [600, { ...role('m3', 1, 'follower'), raftId: 'first' } as never],
        [800, commit(12, 3, [task({ id: 'u', node: 'w2-id' })])],
        [2_000, { ...role('m3', 1, 'learner'), raftId: id } as never],
        [2_100, commit(9, 2, [task({})])],
      ]);
      return reached('task-moved').judge(history({ observations })).verdict;
    };
    expect([moved('first'), moved('second')]).toEqual(['pass', 'unknown']);
  });
});

describe('old managers', () => {
  const faults = [cut(between(['m1'], ['m2', 'm3']), [2_000, 5_000])];
  const led = (...voters: readonly string[]) =>
    says('m1', 'a', [
      [500, leads('m1', 1)],
      [1_400, members(...voters)],
    ]);

  test('lead on without hearing anybody only where nobody else votes', () => {
    const judge = (...voters: readonly string[]) =>
      oldManagerDoesNoHarm.judge(
        history({ faults, observations: led(...voters), operations: [demotion] }),
      ).verdict;
    expect(judge('m1', 'm2')).toBe('fail');
    expect(judge('m1')).toBe('pass');
  });

  test('lead on where the swarm had only this one, and others came later', () => {
    const all = history({ faults: [cut(between(['m1'], ['w1']), [2_000, 5_000])] });
    const judge = (of: History) =>
      oldManagerDoesNoHarm.judge({ ...of, observations: [...led('m1'), ...grown.slice(-1)] })
        .verdict;
    const alone = all.nodes.filter(({ name }) => name !== 'm2' && name !== 'm3');
    expect(judge({ ...all, nodes: alone })).toBe('pass');
    const two = all.nodes.filter(({ name }) => name !== 'm3');
    const faults = [cut(between(['m1'], ['w1', 'm2']), [2_000, 5_000])];
    expect(judge({ ...all, faults, nodes: two })).toBe('fail');
  });

  test('hear a promoted worker too', () => {
    const observations = [...led('m1', 'm2', 'm3'), ...grown.slice(-1)];
    const judge = (cutOff: readonly string[]) =>
      oldManagerDoesNoHarm.judge(
        history({ faults: [cut(between(['m1'], cutOff), [2_000, 5_000])], observations }),
      ).verdict;
    expect(judge(['m2', 'm3'])).toBe('pass');
    expect(judge(['m2', 'm3', 'w1'])).toBe('fail');
  });

  test('may be followed by another leader that takes over because the first one was demoted', () => {
    const away = [kill('m3', [4_000, 6_000])];
    const observations = [
      ...says('m1', 'a', [[500, leads('m1', 1)]]),
      ...says('m3', 'b', [[6_400, role('m3', 2, 'candidate')]]),
    ];
    const judge = (name: string) =>
      oldManagerDoesNoHarm.judge(
        history({
          faults: away,
          observations,
          operations: [asksRole(name, 'worker', [3_000, 3_010])],
        }),
      ).verdict;
    expect(judge('m1')).toBe('pass');
    expect(judge('w2')).toBe('fail');
  });
});
