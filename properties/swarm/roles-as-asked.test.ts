import { expect, test } from '@jest/globals';
import type { History } from '../../harness/core/history.ts';
import type { NodeShown } from '../../models/swarm-answers.ts';
import {
  asksRole,
  history,
  lived,
  lock,
  members,
  operation,
  role,
  says,
  shownNode,
} from '../testing/histories.ts';
import { rolesAsAsked } from './roles-as-asked.ts';

/** w1 is promoted, m3 demoted. */
const asked = [asksRole('w1', 'manager', [1_200, 1_210]), asksRole('m3', 'worker', [2_200, 2_210])];
const words = (w1: 'follower' | 'none', m3: 'follower' | 'none') => [
  ...says('m1', 'a', [
    [1_300, members('m1', 'm2', 'm3', 'w1')],
    [2_300, members('m1', 'm2', 'w1')],
  ]),
  ...says('w1', 'a', [
    [1_250, role('w1', 1, 'learner')],
    [1_300, role('w1', 1, w1)],
  ]),
  ...says('m3', 'a', [
    [600, role('m3', 1, 'follower')],
    [2_300, role('m3', 1, m3)],
  ]),
];
const promoted = shownNode('w1', { role: 'manager', reachability: 'reachable' });
const demoted = shownNode('m3', { role: 'worker', reachability: '' });

const judge = (
  shown: {
    readonly w1?: Partial<NodeShown>;
    readonly m3?: Partial<NodeShown>;
    readonly former?: readonly NodeShown[];
  } = {},
  given: Partial<History> = {},
) => {
  const nodes = [
    ...(shown.former ?? []),
    shownNode('m1'),
    shownNode('m2'),
    { ...demoted, ...shown.m3 },
    { ...promoted, ...shown.w1 },
    shownNode('w2'),
  ];
  const reads = [{ services: [] }, { tasks: [] }, { nodes }].map((output, at) =>
    operation('m1', [11_100 + at, 11_101 + at], { output }),
  );
  return rolesAsAsked.judge(
    history({
      observations: words('follower', 'none'),
      ...given,
      operations: [...(given.operations ?? asked), ...reads],
    }),
  );
};

test('whoever was promoted votes, whoever was demoted is out, and both know it', () => {
  expect(judge()).toMatchObject({ verdict: 'pass', tested: true });
});

test.each([
  [{ w1: { reachability: '' } }, 'w1 is to be a manager and is no member in the end'],
  [
    { w1: { reachability: 'unknown' } },
    'w1 is to be a manager and is unknown to the leader in the end',
  ],
  [
    { m3: { reachability: 'unreachable' } },
    'm3 is to be a worker and is still a member in the end',
  ],
] as const)('the swarm must not show otherwise: %j', (shown, summary) => {
  expect(judge(shown)).toMatchObject({ verdict: 'fail', summary });
});

test.each([
  [words('none', 'none'), 'w1 is to be a manager and takes itself for a worker in the end'],
  [words('follower', 'follower'), 'm3 is to be a worker and takes itself for a manager in the end'],
] as const)('a node must not say otherwise of itself', (observations, summary) => {
  expect(judge({}, { observations })).toMatchObject({ verdict: 'fail', summary });
});

test('whoever was killed while it became a manager may come back as the worker that it was', () => {
  const back = (boot: object) => [
    ...words('follower', 'none').filter(({ node }) => node !== 'w1'),
    ...says('w1', 'a', [[1_250, role('w1', 1, 'learner')]]),
    ...says('w1', 'b', [[1_400, { kind: 'boot', name: 'w1', nodeId: 'w1', ...boot } as never]]),
  ];
  const shown = { w1: { role: 'worker', reachability: '' } } as const;
  expect(judge(shown, { observations: back({}) }).verdict).toBe('pass');
  expect(judge(shown, { observations: back({ raftId: 'r-w1' }) })).toMatchObject({
    summary: 'w1 is to be a worker and takes itself for a manager in the end',
  });
});

test('a change that was asked for late is given its time', () => {
  const operations = [asksRole('w1', 'manager', [9_000, 9_010])];
  expect(judge({ w1: { reachability: '' } }, { operations }).verdict).toBe('unknown');
});

test('nobody is judged where a manager that may have to agree is away, or the machine stood still', () => {
  const still = { m3: { reachability: 'reachable' } };
  const lifecycle = [lived('m2', 'killed', 5_000)];
  expect(judge(still, { lifecycle }).verdict).toBe('unknown');
  const locked = [...words('follower', 'none'), ...says('m2', 'b', [[5_000, lock('locked')]])];
  expect(judge(still, { observations: locked }).verdict).toBe('unknown');
  expect(judge(still, { stalls: [{ at: 8_000, forMs: 400 }] }).verdict).toBe('unknown');
});

test('a node that does not run need not be what it is to be', () => {
  const lifecycle = [lived('w1', 'killed', 5_000)];
  const operations = [asksRole('w1', 'manager', [5_200, 5_210])];
  const observations = words('none', 'none');
  expect(
    judge({ w1: { reachability: '' } }, { lifecycle, operations, observations }).verdict,
  ).not.toBe('fail');
});

test('without a change, or with one that was refused, nothing is put to the test', () => {
  expect(judge({}, { operations: [] })).toMatchObject({ verdict: 'pass', tested: false });
  const refused = [asksRole('w1', 'manager', [1_200, 1_210], { outcome: 'rejected' })];
  expect(judge({}, { operations: refused })).toMatchObject({ verdict: 'pass', tested: false });
});

test('what is left on the list of a node that joined again need not be what it is to be', () => {
  const left = shownNode('w1', { id: 'old', role: 'manager', reachability: '', state: 'down' });
  expect(judge({ former: [left] })).toMatchObject({ verdict: 'pass', tested: true });
  // Where the machine itself is shown as down it is no excuse.
  const both = judge({ former: [left], w1: { state: 'down' } });
  expect(both).toMatchObject({ summary: 'w1 is to be a manager and is no member in the end' });
});
