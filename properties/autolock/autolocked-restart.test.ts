import { describe, expect, test } from '@jest/globals';
import type { History, Observation, Operation } from '../../harness/core/history.ts';
import {
  between,
  commit,
  cut,
  history,
  kill,
  lived,
  lock,
  operation,
  procedure,
  role,
  says,
  scan,
  vote,
} from '../testing/histories.ts';
import { autolockedRestart } from './autolocked-restart.ts';

const refused = (times: readonly [number, number], given: Partial<Operation> = {}): Operation =>
  operation('m2', times, { outcome: 'rejected', decided: false, ...given });

const unlock = (
  key: number | string,
  times: readonly [number, number],
  outcome: Operation['outcome'],
): Operation =>
  operation('m2', times, {
    operation: 'swarm.unlock',
    effect: 'local',
    args: { key },
    outcome,
    decided: false,
  });

/** m2 is killed at 2 s, comes up locked, refuses, is unlocked at 3 s and serves. */
const operations: readonly Operation[] = [
  refused([2_300, 2_310]),
  operation('m2', [2_320, 2_330], {
    operation: 'info',
    effect: 'local',
    output: { status: 200, info: { state: 'locked' } },
  }),
  unlock('wrong', [2_400, 2_410], 'rejected'),
  unlock(0, [3_000, 3_100], 'ok'),
  operation('m2', [3_200, 3_210]),
];

const firstBoot = says('m2', 'a', [
  [100, lock('inactive')],
  [200, lock('active')],
]);
const secondBoot = says('m2', 'b', [
  [2_200, lock('locked')],
  [3_050, lock('active')],
  [3_060, role('m2', 1, 'follower', 'm1-raft')],
  [3_070, commit(5, 1)],
]);

const lifecycle = [
  lived('m2', 'started', 50),
  lived('m2', 'killed', 2_000),
  lived('m2', 'started', 2_100),
];

const judge = (given: Partial<History> = {}) =>
  autolockedRestart.judge(
    history({
      settings: { autolock: true },
      faults: [procedure('lock', [2_000, 3_300])],
      observations: [...firstBoot, ...secondBoot],
      operations,
      lifecycle,
      scans: [scan('m2'), scan('m2', { autolock: false })],
      ...given,
    }),
  );

const without = (index: number, ...instead: readonly Operation[]): readonly Operation[] =>
  operations.toSpliced(index, 1, ...instead);

test('a manager that comes up locked, refuses, is unlocked and serves is right', () => {
  expect(judge()).toEqual({
    verdict: 'pass',
    tested: true,
    because: '1 locked restart, 1 request refused, 1 manager back after the key',
  });
});

describe('a locked manager', () => {
  test.each([
    ['a read', operation('m2', [2_300, 2_310])],
    ['a refusal that rests on the objects', refused([2_300, 2_310], { decided: true })],
  ])('must not answer with %s', (_, answer) => {
    expect(judge({ operations: without(0, answer) })).toMatchObject({
      verdict: 'fail',
      summary: 'm2 is locked and answers service.inspect at 2.310 s',
    });
  });

  test('must say of itself that it is locked', () => {
    const info = operation('m2', [2_320, 2_330], {
      operation: 'info',
      effect: 'local',
      output: { info: { state: 'active' } },
    });
    expect(judge({ operations: without(1, info) }).verdict).toBe('fail');
  });

  test('must refuse a wrong key, and the story begins with how it came to be locked', () => {
    expect(judge({ operations: without(2, unlock('wrong', [2_400, 2_410], 'ok')) })).toMatchObject({
      summary: 'm2 took a wrong key for the right one',
      moments: [
        { at: 2_000, node: 'm2', text: 'm2 is killed; it starts again at 2.100 s, locked' },
        { at: 2_400 },
        { at: 2_410, text: 'm2 answers 200' },
      ],
    });
  });

  test('may answer once it may have been unlocked', () => {
    const early = operation('m2', [3_001, 3_002]);
    expect(judge({ operations: [...operations, early] }).verdict).toBe('pass');
  });

  test('may answer what was asked before it was killed', () => {
    const before = operation('m2', [1_990, 1_995]);
    expect(judge({ operations: [...operations, before] }).verdict).toBe('pass');
  });

  test.each([
    ['stands', role('m2', 2, 'candidate')],
    ['follows the log', commit(6, 1)],
    ['votes', vote('m2', 9, 'm3')],
  ])('must not take part: one that %s is found', (_, words) => {
    const taking = says('m2', 'b', [
      [2_200, lock('locked')],
      [2_500, words],
      [3_050, lock('active')],
    ]);
    expect(judge({ observations: [...firstBoot, ...taking] }).verdict).toBe('fail');
  });

  test('must be a member again within the bound', () => {
    const served = operation('m2', [9_000, 9_010]);
    const never = refused([3_200, 3_210]);
    const ahead = says('m1', 'a', [[2_900, commit(6, 1)]]);
    const observations = [...firstBoot, ...ahead, ...secondBoot];
    expect(judge({ operations: without(4, never, served), observations })).toMatchObject({
      verdict: 'fail',
      summary: 'm2 was unlocked and served nothing within 3.000 s',
    });
  });

  test('is one as soon as it has caught up, even if a request to it got lost', () => {
    const lost = refused([3_200, 6_200], { outcome: 'unknown' });
    const ahead = says('m1', 'a', [[2_900, commit(5, 1)]]);
    const observations = [...firstBoot, ...ahead, ...secondBoot];
    expect(judge({ operations: without(4, lost), observations })).toMatchObject({
      verdict: 'pass',
      tested: true,
    });
  });

  const cutFromClients = (times: readonly [number, number], bit: boolean) =>
    cut(between(['client'], ['m2']), times, bit);

  test.each([
    ['a death elsewhere', kill('m1', [3_000, 5_000])],
    ['a cut between it and clients', cutFromClients([3_150, 5_000], true)],
    ['one that is not proven', cutFromClients([3_150, 5_000], false)],
  ])('is not late while something else is in its way: %s', (_, fault) => {
    const ahead = says('m1', 'a', [[2_900, commit(6, 1)]]);
    const observations = [...firstBoot, ...ahead, ...secondBoot];
    const asked = without(4, refused([3_200, 3_210]));
    expect(judge({ operations: asked, faults: [fault], observations }).verdict).toBe('pass');
  });

  test('has refused nothing that did not reach it', () => {
    expect(judge({ faults: [cutFromClients([2_250, 2_900], true)] })).toMatchObject({
      verdict: 'pass',
      tested: false,
    });
  });
});

test('a manager of an autolocked swarm that restarts without being locked is found', () => {
  const open = says('m2', 'b', [[2_200, lock('active')]]);
  expect(judge({ observations: [...firstBoot, ...open] })).toMatchObject({
    summary: 'm2 restarted and was not locked',
  });
});

describe('a manager that is asked to leave the swarm', () => {
  const leave = operation('m2', [2_340, 2_350], {
    operation: 'swarm.leave',
    effect: 'local',
    decided: false,
  });
  const saysSo = operation('m2', [2_345, 2_390], {
    operation: 'info',
    effect: 'local',
    output: { status: 200, info: { state: 'inactive' } },
  });

  test('is locked no longer from then on', () => {
    const [first, second] = operations;
    const asked = [first, second, leave, saysSo].flatMap((one) => one ?? []);
    expect(judge({ operations: asked }).verdict).toBe('pass');
    const without = [first, second, saysSo].flatMap((one) => one ?? []);
    expect(judge({ operations: without })).toMatchObject({
      verdict: 'fail',
      summary: 'm2 is locked and says of itself that it is inactive at 2.390 s',
    });
  });

  test('may be in no swarm when it is started again', () => {
    const outside = says('m2', 'b', [
      [2_200, { kind: 'boot', name: 'm2', nodeId: undefined, raftId: undefined }],
      [2_200, lock('inactive')],
    ]);
    const observations = [...firstBoot, ...outside];
    const before = { ...leave, invokedAt: 1_900, endedAt: 1_950 };
    expect(judge({ observations, operations: [before] }).verdict).not.toBe('fail');
    expect(judge({ observations, operations: [] })).toMatchObject({
      verdict: 'fail',
      summary: 'm2 restarted and was not locked',
    });
  });
});

test('a swarm whose autolock is turned on later may restart a manager that is not locked yet', () => {
  const open = says('m2', 'b', [[2_200, lock('active')]]);
  const observations: readonly Observation[] = [...firstBoot, ...open];
  expect(judge({ observations, settings: {}, scans: [] }).verdict).toBe('pass');
});

describe('keys', () => {
  const shown = (key: number, times: readonly [number, number]): Operation =>
    operation('m1', times, { operation: 'swarm.unlockkey', output: { key } });
  const init = operation('m1', [10, 20], {
    operation: 'swarm.init',
    effect: 'write',
    args: { autolock: true },
  });
  const rotated = (times: readonly [number, number]): readonly Operation[] => [
    init,
    shown(0, [30, 40]),
    operation('m1', times, { operation: 'swarm.rotate', effect: 'write' }),
    shown(1, [times[1] + 10, times[1] + 20]),
  ];

  test('a manager that was down during a rotation opens with the old key', () => {
    expect(judge({ operations: [...rotated([2_050, 2_060]), ...operations] }).verdict).toBe('pass');
  });

  test('a manager that opens with a key made while it was dead is found', () => {
    const opened = without(3, unlock(1, [3_000, 3_100], 'ok'));
    expect(judge({ operations: [...rotated([2_050, 2_060]), ...opened] })).toMatchObject({
      summary: 'm2 opened with a key that was made while it was dead',
    });
  });

  test('a manager that had time to adopt a new key must not open with the old one', () => {
    const late = [...rotated([100, 110]), ...operations];
    const later = lifecycle.map((event) => ({ ...event, at: event.at + 3_000 }));
    const shifted = late.map((of) =>
      of.node === 'm2'
        ? { ...of, invokedAt: of.invokedAt + 3_000, endedAt: (of.endedAt ?? 0) + 3_000 }
        : of,
    );
    const observations = [...firstBoot, ...secondBoot.map((of) => ({ ...of, at: of.at + 3_000 }))];
    const given = { lifecycle: later, observations, faults: [] };
    expect(judge({ ...given, operations: shifted })).toMatchObject({
      summary: 'm2 still opens with key 0, long after the swarm got key 1',
    });
  });

  describe('that a manager has committed', () => {
    const by = (committedAt: number, index: number) => [
      ...says('m1', 'a', [[1_020, commit(4, 1)]]),
      ...says('m2', 'a', [
        [100, lock('active')],
        [committedAt, commit(index, 1)],
      ]),
      ...secondBoot,
    ];
    const late = [...rotated([1_000, 1_010]), ...operations];

    test('are its own when it goes on for a while and dies', () => {
      expect(judge({ operations: late, observations: by(1_100, 4) })).toMatchObject({
        summary: 'm2 still opens with key 0, although it had committed key 1',
      });
    });

    test.each<readonly [string, Partial<History>]>([
      ['may not have reached its disk when it dies at once', { observations: by(1_900, 4) }],
      ['say nothing where it has not committed the rotation', { observations: by(1_100, 3) }],
      [
        'say nothing where the machine stood still meanwhile',
        { observations: by(1_100, 4), stalls: [{ at: 1_800, forMs: 400 }] },
      ],
    ])('%s', (_, given) => {
      expect(judge({ operations: late, ...given }).verdict).toBe('pass');
    });
  });
});

describe('autolock that is turned on later', () => {
  const turned = (autolock: boolean, at: number) =>
    operation('m1', [at, at + 10], {
      operation: 'swarm.update',
      effect: 'write',
      args: { autolock },
    });
  const observations = [
    ...says('m1', 'a', [[1_005, commit(4, 1)]]),
    ...says('m2', 'a', [
      [100, lock('active')],
      [1_100, commit(4, 1)],
    ]),
    ...says('m2', 'b', [[2_200, lock('active')]]),
  ];
  const given = { observations, settings: {}, scans: [], faults: [] };

  test('holds for a manager that had followed it when it died', () => {
    expect(judge({ ...given, operations: [turned(true, 1_000)] })).toMatchObject({
      summary: 'm2 restarted and was not locked',
    });
  });

  test.each([
    ['was turned on only just before', [turned(true, 1_700)]],
    ['may have been turned off again', [turned(true, 1_000), turned(false, 1_800)]],
  ])('does not hold for one where it %s', (_, asked) => {
    expect(judge({ ...given, operations: asked }).verdict).toBe('pass');
  });
});

describe('scans of folders', () => {
  const secret = { canary: 'data-key', file: 'raft/00000001.log', offset: 77 };
  const control = { canary: 'node-id', file: 'certificates/swarm-node.key', offset: 12 };

  test('a secret in the clear is found, with file and offset', () => {
    expect(judge({ scans: [scan('m2', { found: [control, secret] })] })).toMatchObject({
      verdict: 'fail',
      summary: 'data-key stands in the clear in raft/00000001.log of m2, which is autolocked',
    });
  });

  test('a key that lay in the clear before and is used on is found, where autolock is on', () => {
    const exposed = ['data-key'];
    expect(judge({ scans: [scan('m2', { exposed })] })).toMatchObject({
      verdict: 'fail',
      summary: 'm2 is autolocked, and its data-key is one that stood in the clear before',
    });
    const scans = [scan('m2'), scan('m2', { autolock: false, exposed })];
    expect(judge({ scans }).verdict).toBe('pass');
  });

  test.each([
    ['saw no file', scan('m2', { files: 0 })],
    ['does not find what is there for sure', scan('m2', { found: [] })],
    ['knew of nothing to look for', scan('m2', { looked: [] })],
    [
      'does not find the data key of a folder that is not locked',
      scan('m2', { autolock: false, found: [control] }),
    ],
  ])('a scan that %s proves nothing', (_, blind) => {
    expect(judge({ scans: [blind] }).verdict).toBe('unknown');
  });

  test('a secret that is found outranks a scan that is blind', () => {
    const scans = [scan('m1', { files: 0 }), scan('m2', { found: [secret] })];
    expect(judge({ scans }).verdict).toBe('fail');
  });
});

test('a lock that could not be carried out leaves it unknown', () => {
  const faults = [procedure('lock', [2_000, 3_300], false)];
  expect(judge({ faults, observations: firstBoot, operations: [] }).verdict).toBe('unknown');
});

test('a lock that somebody else ended first was one all the same', () => {
  const faults = [procedure('lock', [2_000, 3_300], false)];
  expect(judge({ faults })).toMatchObject({ verdict: 'pass', tested: true });
});

test('a run without a locked manager passes, untested', () => {
  const given = { faults: [], observations: firstBoot, operations: [], scans: [], settings: {} };
  expect(judge(given)).toMatchObject({ verdict: 'pass', tested: false });
});
