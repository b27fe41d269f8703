import { describe, expect, test } from '@jest/globals';
import type { History, Observation, Operation } from '../../harness/core/history.ts';
import {
  asksRole,
  history,
  kill,
  lived,
  lock,
  operation,
  role,
  says,
  write,
} from '../testing/histories.ts';
import { everyManagerServes } from './every-manager-serves.ts';

const managers = ['m1', 'm2', 'm3'];

const words = (node: string, state: Parameters<typeof lock>[0]): readonly Observation[] =>
  says(node, '1', [[900, lock(state)]]);

const judge = (operations: readonly Operation[], given: Partial<History> = {}) =>
  everyManagerServes.judge(
    history({
      operations,
      faults: [kill('m3', [3_000, 6_000])],
      observations: managers.flatMap((node) => words(node, 'active')),
      ...given,
    }),
  );

const read = (node: string, given: Partial<Operation> = {}) =>
  operation(node, [11_100, 11_110], { operation: 'service.list', ...given });

const unknown = { outcome: 'unknown', decided: false } as const;
const refused = { outcome: 'rejected', decided: false } as const;

const all = managers.map((node) => read(node));
const withoutM2 = [read('m1'), read('m3')];

describe('in the end', () => {
  test('every manager answers', () => {
    expect(judge(all)).toEqual({
      verdict: 'pass',
      tested: true,
      because: 'm1, m2, m3 answered in the end',
    });
    expect(judge(all, { faults: [] })).toMatchObject({ verdict: 'pass', tested: false });
  });

  test('none has stopped by itself', () => {
    const stopped = says('m2', '1', [
      [900, lock('active')],
      [4_000, { kind: 'note', text: 'the log is an older copy' }],
      [4_000, lock('error')],
    ]);
    const observations = [...words('m1', 'active'), ...stopped, ...words('m3', 'active')];
    expect(judge(all, { observations })).toEqual({
      verdict: 'fail',
      summary:
        'm2 has stopped by itself, is in error and serves nobody: "the log is an older copy"',
      moments: [
        { at: 4_000, node: 'm2', text: 'm2 says that it is in error: "the log is an older copy"' },
      ],
    });
  });

  test('who was taken off the list is in error until it joins again, and no longer', () => {
    const removal = (id: string, at: number) =>
      operation('m1', [at, at + 10], { operation: 'node.remove', args: { name: 'm2', id } });
    const life = (at: number) =>
      [
        [at, lock('inactive')],
        [at + 10, lock('active')],
        [at + 200, lock('error')],
      ] as const;
    const judged = (...removals: readonly Operation[]) => {
      const observations = [
        ...words('m1', 'active'),
        ...says('m2', '1', [...life(900), ...life(1_500)]),
        ...says('m2', '2', [
          [2_000, lock('inactive')],
          [2_100, lock('inactive')],
          [2_200, lock('active')],
        ]),
        ...words('m3', 'active'),
      ];
      return judge([...removals, ...all], { observations });
    };
    expect(judged(removal('old', 1_000), removal('new', 1_600)).verdict).toBe('pass');
    expect(judged(removal('old', 1_000), removal('old', 1_600))).toMatchObject({
      verdict: 'fail',
      moments: [{ at: 1_700, text: expect.stringContaining('m2 says that it is in error') }],
    });
  });

  test('of what one says that has stopped only the beginning is told, and that it was killed before', () => {
    const said =
      'the log in the data folder is an older copy of the log of this manager, m2. Run "docker swarm leave" here';
    const stopped = says('m2', '2', [
      [3_200, { kind: 'note', text: said }],
      [3_200, lock('error')],
    ]);
    const lifecycle = [
      lived('m2', 'killed', 2_000),
      lived('m2', 'started', 2_500),
      lived('m2', 'killed', 3_000),
      lived('m2', 'started', 3_100),
    ];
    const beginning =
      '"the log in the data folder is an older copy of the log of this manager, m2. Run…"';
    expect(judge(all, { observations: stopped, lifecycle })).toMatchObject({
      summary: `m2 has stopped by itself, is in error and serves nobody: ${beginning}`,
      moments: [
        { at: 3_000, node: 'm2', text: 'm2 is killed; it starts again at 3.100 s' },
        { at: 3_200, node: 'm2', text: `m2 says that it is in error: ${beginning}` },
      ],
    });
  });

  test('what it answered instead is told, and how often', () => {
    const text =
      "rpc error: code = Unknown desc = The swarm does not have a leader. It's possible that few are online.";
    const leaderless = read('m2', { ...unknown, output: { status: 500, text } });
    const verdict = judge([...withoutM2, leaderless, leaderless]);
    expect(verdict.verdict === 'fail' ? verdict.moments.at(-1)?.text : '').toBe(
      'm2 answers 500, "The swarm does not have a leader.", as it did each of the 2 times that it was asked in the end',
    );
  });

  test('nothing is said of a heal where there was no fault', () => {
    const verdict = judge([...withoutM2, read('m2', unknown)], { faults: [] });
    expect(verdict).toMatchObject({
      summary: 'm2 answered no read in the end, although m1 did',
      moments: [{ node: 'm2' }, { node: 'm1' }],
    });
  });

  test.each([
    ['gives no answer', unknown],
    ['refuses as if there were no leader', refused],
  ])('a manager that %s while another one answers is found', (_, how) => {
    expect(judge([...withoutM2, read('m2', how), read('m2', how)])).toMatchObject({
      verdict: 'fail',
      summary:
        'm2 answered no read in the end, although m1 did and everything was healed 5.000 s before',
    });
  });

  test('one answer of several tries is enough', () => {
    expect(judge([...withoutM2, read('m2', unknown), read('m2')]).verdict).toBe('pass');
  });

  test('where nobody answers it is nobody in particular', () => {
    expect(judge(managers.map((node) => read(node, refused))).verdict).toBe('unknown');
  });

  test.each([
    ['that is locked', { observations: [...words('m1', 'active'), ...words('m2', 'locked')] }],
    ['that ended again', { lifecycle: [lived('m2', 'exited', 9_000)] }],
    [
      'that became a worker',
      {
        observations: [
          ...words('m1', 'active'),
          ...says('m2', '1', [
            [900, lock('active')],
            [9_000, role('m2', 2, 'none')],
          ]),
        ],
      },
    ],
    ['on a machine that stood still', { stalls: [{ at: 9_000, forMs: 400 }] }],
  ])('a manager %s is not blamed', (_, given) => {
    expect(judge([...withoutM2, read('m2', refused)], given).verdict).not.toBe('fail');
  });

  test('a worker that was promoted is not judged', () => {
    const promoted = {
      observations: [
        ...managers.flatMap((node) => words(node, 'active')),
        ...says('w1', '1', [
          [2_000, lock('active')],
          [2_100, role('w1', 1, 'follower', 'm1-raft')],
        ]),
      ],
    };
    const asked = asksRole('w1', 'manager', [1_500, 1_600]);
    expect(judge([asked, ...all, read('w1', refused)], promoted).verdict).toBe('pass');
  });
});

describe('a write after the heal', () => {
  const accepted = write(['create', 'a', '1'], 'm1', [6_200, 6_300]);
  const asked = (times: readonly [number, number | undefined], given: Partial<Operation> = {}) =>
    write(['create', 'b', '2'], 'm2', times, { ...unknown, ...given });

  test('that is open when the bound has passed, though others write, is found', () => {
    expect(judge([accepted, asked([6_400, 9_400]), ...all])).toMatchObject({
      verdict: 'fail',
      summary:
        'm2 was asked for service.create 0.300 s after the heal and answered 500, after 3.000 s, although m1 had accepted a write before',
    });
    expect(judge([accepted, asked([6_400, undefined]), ...all]).verdict).toBe('fail');
  });

  test.each([
    ['before anybody accepted one', asked([6_250, 9_400])],
    ['and refused within the bound', asked([6_400, 6_420], refused)],
    [
      'and refused for what the cluster holds',
      asked([6_400, 9_400], { ...refused, decided: true }),
    ],
  ])('that is asked %s says nothing of its manager', (_, inVain) => {
    expect(judge([accepted, inVain, ...all]).verdict).toBe('pass');
  });
});

test('without words of locks nothing is known', () => {
  expect(judge(all, { observations: [] }).verdict).toBe('unknown');
});
