import { describe, expect, test } from '@jest/globals';
import type { Node, NodeName } from '../core/cluster.ts';
import type { Selection } from '../core/fault.ts';
import type { Observation } from '../core/history.ts';
import { selectForProcedure } from './resolve.ts';
import { createRoles, type Roles } from './roles.ts';
import { killOf, play } from './testing/toy-world.ts';

const nodes: readonly Node[] = [
  { name: 'm1', role: 'manager' },
  { name: 'm2', role: 'manager' },
  { name: 'm3', role: 'manager' },
  { name: 'w1', role: 'worker' },
  { name: 'w2', role: 'worker' },
];

type Role = Extract<Observation, { readonly kind: 'role' }>['role'];

const said = (node: NodeName, role: Role, term = 1): Observation => ({
  node,
  boot: 'b1',
  seq: 0,
  at: 0,
  kind: 'role',
  role,
  term,
  leader: undefined,
  nodeId: node,
  raftId: node,
});

/** All of them run, and m1 leads. */
const running = (): Roles => {
  const roles = createRoles(nodes);
  for (const { name } of nodes) roles.lived({ at: 0, node: name, event: 'started', text: '' });
  roles.observed(said('m1', 'leader'));
  return roles;
};

const selected = (roles: Roles, selection: Selection) =>
  selectForProcedure(selection, { nodes, roles, talks: () => true });

describe('a node that changes its role', () => {
  test('is selected by the one that it has', () => {
    const roles = running();
    roles.observed(said('w1', 'learner'));
    roles.observed(said('m2', 'none'));
    expect(selected(roles, 'managers')).toEqual(['m1', 'm3', 'w1']);
    expect(selected(roles, 'workers')).toEqual(['m2', 'w2']);
    expect(selected(roles, 'followers')).toEqual(['m3', 'w1']);
    expect(selected(roles, 'worker')).toEqual(['m2']);
    expect(selected(roles, 'majority')).toEqual(['m3', 'w1']);
  });

  test('is remembered as the last one, as long as it lives and stays that', () => {
    const roles = running();
    expect([selected(roles, 'promoted'), selected(roles, 'demoted')]).toEqual([
      undefined,
      undefined,
    ]);
    roles.observed(said('w1', 'learner'));
    roles.observed(said('w2', 'learner'));
    roles.observed(said('m3', 'none'));
    expect([selected(roles, 'promoted'), selected(roles, 'demoted')]).toEqual([['w2'], ['m3']]);
    roles.observed(said('w2', 'none'));
    expect([selected(roles, 'promoted'), selected(roles, 'demoted')]).toEqual([undefined, ['w2']]);
    roles.lived({ at: 0, node: 'w2', event: 'killed', text: '' });
    expect(selected(roles, 'demoted')).toBeUndefined();
    expect([roles.promotions, roles.demotions]).toEqual([2, 2]);
  });

  test('leads as any other, and does not once it is a worker', () => {
    const roles = running();
    roles.observed(said('w1', 'leader', 2));
    expect(selected(roles, 'leader')).toEqual(['w1']);
    roles.observed(said('w1', 'none', 2));
    expect(selected(roles, 'leader')).toEqual(['m1']);
  });

  test('is a manager by its id in the consensus alone, while that is locked', () => {
    const roles = running();
    const boot = { node: 'w1', boot: 'b2', seq: 0, at: 0, kind: 'boot', name: 'w1' } as const;
    roles.observed({ ...boot, nodeId: 'w1', raftId: undefined });
    expect(roles.managers()).not.toContain('w1');
    roles.observed({ ...boot, nodeId: 'w1', raftId: 'r1' });
    expect(roles.managers()).toContain('w1');
  });

  test('leaves nobody to select where all workers are managers', () => {
    const roles = running();
    for (const name of ['w1', 'w2']) roles.observed(said(name, 'follower'));
    expect(selected(roles, 'worker')).toBeUndefined();
    expect(selected(roles, 'workers')).toEqual([]);
  });
});

test('clients ask whoever is a manager by then', () => {
  const ask = (at: number) => ({ at, client: 0, operation: 'read', args: {} });
  const { conducting } = play([ask(100), ask(600), ask(700), ask(800), ask(900)], {
    roles: [
      { at: 300, node: 'm1', role: 'none' },
      { at: 310, node: 'm2', role: 'none' },
      { at: 320, node: 'w1', role: 'learner' },
    ],
    leader: () => 'm3',
    answer: (node, at) => (at > 20 && node !== 'w1' ? 'unknown' : 'ok'),
  });
  const asked = conducting
    .history()
    .operations.flatMap(({ client, node }) => (client === undefined ? [] : [node]));
  // m3 and w1 are left; it moves on after the first failure, and stays where it is answered.
  expect(asked).toEqual(['m1', 'w1', 'w1', 'w1', 'w1']);
});

test('where nobody says any more that it is a manager, clients go on asking those of the beginning', () => {
  const ask = (at: number) => ({ at, client: 0, operation: 'read', args: {} });
  const { conducting } = play([ask(100), ask(600)], {
    roles: ['m1', 'm2', 'm3'].map((node) => ({ at: 300, node, role: 'none' })),
    leader: () => undefined,
  });
  const asked = conducting.history().operations.filter(({ client }) => client !== undefined);
  expect(asked.map(({ node, outcome }) => [node, outcome])).toEqual([
    ['m1', 'ok'],
    ['m1', 'ok'],
  ]);
});

test('a fault may start a moment after what it waits for', () => {
  const when = { node: 'promoted', withinMs: 1_500, afterMs: 2.5 } as const;
  const { conducting } = play([{ at: 0, when, fault: killOf('promoted'), forMs: 100 }], {
    roles: [{ at: 300, node: 'w1', role: 'learner' }],
  });
  // Formation took 20 ms.
  expect(conducting.history().faults).toMatchObject([{ beginAt: 300 - 20 + 2.5 }]);
});

test('a fault may wait for a change of role, and hit whoever changed', () => {
  const entry = (node: 'promoted' | 'demoted', victim: string) => ({
    at: 0,
    when: { node, withinMs: 1_500 },
    fault: killOf(victim),
    forMs: 100,
  });
  const { conducting } = play([entry('promoted', 'promoted'), entry('demoted', 'demoted')], {
    roles: [
      { at: 300, node: 'w1', role: 'learner' },
      { at: 700, node: 'm2', role: 'none' },
    ],
  });
  expect(conducting.history().faults.map(({ deeds }) => deeds)).toEqual([
    [{ deed: 'kill', node: 'w1' }],
    [{ deed: 'kill', node: 'm2' }],
  ]);
});
