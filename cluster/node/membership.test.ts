import { expect, test } from '@jest/globals';
import { SmallWorld } from './testing/small-world.ts';
import {
  at,
  expectOk,
  join,
  leaderOf,
  nodesOf,
  serviceBody,
  serviceNames,
  swarmOf,
} from './testing/swarm.ts';

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

test('what init says of networks is shown by every manager, also one that joined', () => {
  const world = new SmallWorld(1);
  const given = { DefaultAddrPool: ['10.1.0.0/16'], SubnetSize: 26, DataPathPort: 7789 };
  world.start('m1');
  const listen = { ListenAddr: '0.0.0.0:2377' };
  expectOk(world.call('m1', 'POST', '/swarm/init', { ...listen, ...given }));
  join(world, 'm2', 'Manager', 'm1');
  world.run(2_000);
  for (const by of ['m1', 'm2']) {
    expect(world.call(by, 'GET', '/swarm').body).toMatchObject(given);
    expect(world.call(by, 'GET', '/info').body).toMatchObject({ Swarm: { Cluster: given } });
  }
});
