import { describe, expect, test } from '@jest/globals';
import type { History, Observation, Operation } from '../../harness/core/history.ts';
import {
  boots,
  commit,
  history,
  lived,
  lock,
  operation,
  pause,
  role,
  says,
  scan,
} from '../testing/histories.ts';
import { autolockedRestart } from './autolocked-restart.ts';

const turns = (
  autolock: boolean,
  times: readonly [number, number | undefined],
  given: Partial<Operation> = {},
): Operation =>
  operation('m1', times, {
    operation: 'swarm.update',
    effect: 'write',
    args: { autolock },
    ...given,
  });

const off = turns(false, [1_000, 1_010]);
const said = says('m1', 'a', [[1_005, commit(4, 1)]]);
/** m2, which commits up to `index`. */
const follows = (committedAt: number, index: number): readonly Observation[] => [
  ...said,
  ...says('m2', 'a', [
    [100, lock('active')],
    [committedAt, commit(index, 1)],
  ]),
];

describe('autolock that is turned off', () => {
  const restarts = [
    lived('m2', 'started', 50),
    lived('m2', 'killed', 2_000),
    lived('m2', 'started', 2_100),
  ];
  const locked = says('m2', 'b', [[2_200, lock('locked')]]);
  const lost = { outcome: 'unknown' as const };

  /** Each, in one way, lets m2 have its lock by right. */
  const excused: readonly (readonly [string, Partial<History>])[] = [
    ['had not committed that, such as one that was cut off', { observations: follows(1_100, 3) }],
    ['said nothing, such as one that was locked', { observations: said }],
    ['committed that only just before', { observations: follows(1_700, 4) }],
    ['was stopped right after', { faults: [pause('m2', [1_110, 1_900])] }],
    ['stood still with its machine', { stalls: [{ at: 1_800, forMs: 400 }] }],
    ['was told of it only just before', { operations: [turns(false, [1_000, 1_600])] }],
    ['was told of it by nobody', { operations: [] }],
    ['may have been told otherwise', { operations: [turns(false, [1_000, undefined], lost)] }],
    ['was told otherwise again', { operations: [off, turns(true, [1_500, 1_510])] }],
    ['may be told otherwise late', { operations: [turns(true, [500, 900], lost), off] }],
    [
      'is told otherwise by a rotation that goes on',
      {
        operations: [
          operation('m1', [990, 1_020], { operation: 'swarm.rotate', effect: 'write' }),
          off,
        ],
      },
    ],
  ];

  describe('is no lock at the next start', () => {
    const judge = (given: Partial<History> = {}) => {
      const { observations = follows(1_100, 4), ...rest } = given;
      return autolockedRestart.judge(
        history({
          operations: [off],
          lifecycle: restarts,
          observations: [...observations, ...locked],
          ...rest,
        }),
      );
    };

    test('of a manager that had followed that', () => {
      expect(judge()).toMatchObject({
        verdict: 'fail',
        summary: 'm2 came up locked, although it had followed that autolock was turned off',
        moments: [
          { at: 1_010, node: 'm1' },
          { at: 1_100, node: 'm2' },
          { at: 2_000, text: 'm2 ends' },
          { at: 2_200, text: 'm2 says that it is locked' },
        ],
      });
    });

    test('where it had been on before', () => {
      expect(judge({ operations: [turns(true, [500, 900]), off] }).verdict).toBe('fail');
    });

    test.each(excused)('but may be one of a manager that %s', (_, given) => {
      expect(judge(given).verdict).toBe('pass');
    });
  });

  describe('leaves no key file sealed', () => {
    const control = { canary: 'node-id', file: 'certificates/swarm-node.key', offset: 12 };
    const sealed = scan('m2', { at: 2_000, autolock: false, sealed: true, found: [control] });
    const judge = (given: Partial<History> = {}) =>
      autolockedRestart.judge(
        history({
          operations: [off],
          observations: follows(1_100, 4),
          lifecycle: restarts.slice(0, 1),
          scans: [sealed],
          ...given,
        }),
      );

    test('of a manager that has followed that', () => {
      expect(judge()).toMatchObject({
        verdict: 'fail',
        summary: 'm2 is still sealed, although it had followed that autolock was turned off',
        moments: [
          { at: 1_010, node: 'm1' },
          { at: 1_100, node: 'm2' },
          { at: 2_000, node: 'm2' },
        ],
      });
    });

    test('of one that lies dead since', () => {
      const dead = scan('m2', { at: 2_050, sealed: true });
      expect(judge({ lifecycle: restarts.slice(0, 2), scans: [dead] }).verdict).toBe('fail');
    });

    test('but may leave one of a manager that died too early', () => {
      const lifecycle = [lived('m2', 'started', 50), lived('m2', 'killed', 1_300)];
      expect(judge({ lifecycle }).verdict).toBe('unknown');
    });

    test.each(excused)('but may leave one of a manager that %s', (_, given) => {
      expect(judge(given).verdict).toBe('unknown');
    });

    test('and says nothing of scans that do not know', () => {
      expect(judge({ scans: [{ ...sealed, sealed: undefined } as never] }).verdict).toBe('unknown');
      expect(judge({ scans: [scan('m2', { autolock: false, sealed: false })] }).verdict).toBe(
        'pass',
      );
    });
  });
});

describe('a node that comes up locked', () => {
  const lifecycle = [
    lived('m2', 'started', 50),
    lived('m2', 'killed', 2_000),
    lived('m2', 'started', 2_100),
  ];
  const comesUp = (words: Parameters<typeof says>[2][number], state: 'locked' | 'active') =>
    autolockedRestart.judge(
      history({
        settings: { autolock: true },
        lifecycle,
        observations: [
          ...says('m2', 'a', [
            [100, lock('active')],
            [1_500, role('m2', 1, 'none')],
          ]),
          ...says('m2', 'b', [words, [2_210, lock(state)]]),
        ],
      }),
    );

  test('must not be a worker by its own key file', () => {
    expect(comesUp([2_200, boots('m2', undefined)], 'locked')).toMatchObject({
      verdict: 'fail',
      summary: 'm2 is a worker and came up locked',
      moments: [
        { at: 1_500, text: 'm2 is no manager any more' },
        { at: 2_000, text: 'm2 ends' },
        { at: 2_200 },
        { at: 2_210 },
      ],
    });
  });

  test('may be one whose demotion had not reached its disk', () => {
    expect(comesUp([2_200, boots('m2', 'm2-raft')], 'locked').verdict).toBe('pass');
  });

  test('may be one that does not say what it is', () => {
    expect(comesUp([2_200, lock('locked')], 'locked').verdict).toBe('pass');
  });

  test('is no worker that is active', () => {
    expect(comesUp([2_200, boots('m2', undefined)], 'active').verdict).toBe('pass');
  });
});
