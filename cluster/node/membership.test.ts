import { expect, test } from '@jest/globals';
import { at, leaderOf, nodesOf, serviceBody, serviceNames, swarmOf } from './small/swarm.ts';

test('a swarm begins with one manager, which answers as its leader', () => {
  const world = swarmOf(1, 0);
  const nodes = nodesOf(world, 'm1');
  expect([...nodes.keys()]).toEqual(['m1']);
  expect(at(nodes.get('m1'), 'ManagerStatus')).toEqual({
    Leader: true,
    Reachability: 'reachable',
    Addr: 'm1:2377',
  });
});

test('managers and workers join, and every manager answers alike', () => {
  const world = swarmOf(3, 2);
  world.run(2_000);
  for (const by of ['m1', 'm2', 'm3']) {
    const nodes = nodesOf(world, by);
    expect([...nodes.keys()].sort()).toEqual(['m1', 'm2', 'm3', 'w1', 'w2']);
    for (const node of nodes.values()) expect(at(node, 'Status', 'State')).toBe('ready');
  }
  expect(leaderOf(world)).toBe('m1');
});

test('a write through any manager is seen through every other right after it', () => {
  const world = swarmOf(3, 1);
  for (const by of ['m1', 'm2', 'm3']) {
    expect(world.call(by, 'POST', '/services/create', serviceBody(`by-${by}`)).status).toBe(201);
    for (const reader of ['m1', 'm2', 'm3'])
      expect(serviceNames(world, reader)).toContain(`by-${by}`);
  }
});
