import { expect, test } from '@jest/globals';
import { createNode } from './node.ts';
import { defaultNodeConfig } from './config.ts';
import type { NodeObservation } from './observation.ts';
import { chanceOf, toyCipher } from './testing/chance.ts';
import { expectOk, leaderOf, serviceBody, swarmOf } from './testing/swarm.ts';

const kinds = (observations: readonly NodeObservation[]) => observations.map(({ kind }) => kind);

test('a boot says first who this is, and then what it is to a swarm', () => {
  const world = swarmOf(1, 0);
  const fresh = world.node('m1').observations.slice(0, 2);
  expect(fresh).toEqual([
    { kind: 'boot', name: 'm1', nodeId: undefined, raftId: undefined },
    { kind: 'lock', state: 'inactive' },
  ]);
  const before = world.node('m1').observations.length;
  world.restart('m1');
  const again = world.node('m1').observations.slice(before);
  expect(again[0]).toMatchObject({ kind: 'boot', name: 'm1', nodeId: expect.any(String) });
  expect(kinds(again).slice(1, 4)).toEqual(['lock', 'role', 'membership']);
});

test('equal indexes have equal hashes on every manager', () => {
  const world = swarmOf(3, 2);
  for (let number = 0; number < 5; number += 1)
    expectOk(world.call('m2', 'POST', '/services/create', serviceBody(`s${number}`)));
  world.run(2_000);
  const hashes = new Map<number, number>();
  let compared = 0;
  for (const { observations } of world.nodes.values())
    for (const one of observations) {
      if (one.kind !== 'commit') continue;
      const known = hashes.get(one.index);
      if (known !== undefined) {
        expect(one.hash).toBe(known);
        compared += 1;
      }
      hashes.set(one.index, one.hash);
    }
  expect(compared).toBeGreaterThan(10);
});

test('equal indexes have equal states on every manager, also through snapshots and restarts', () => {
  const world = swarmOf(3, 1, { config: { snapshotIntervalEntries: 20, trailingEntries: 5 } });
  world.kill('m3');
  for (let number = 0; number < 60; number += 1)
    expectOk(world.call('m2', 'POST', '/services/create', serviceBody(`s${number}`, 0)));
  world.start('m3');
  world.run(2_000);
  world.restart('m2');
  world.run(2_000);
  const states = [...world.nodes].flatMap(([name, { observations }]) =>
    observations.flatMap((one) => (one.kind === 'state' ? [{ ...one, name }] : [])),
  );
  const told = Map.groupBy(states, ({ index }) => index);
  expect(
    [...told.values()].filter((of) => new Set(of.map(({ digest }) => digest)).size > 1),
  ).toEqual([]);
  const ofManagers = (index: number) => new Set(told.get(index)?.map(({ name }) => name));
  expect(ofManagers(32)).toEqual(new Set(['m1', 'm2']));
  // It restores what the leader had taken a snapshot of.
  const restored = states.find(({ name }) => name === 'm3');
  expect(ofManagers(restored?.index ?? 0)).toContain('m1');
  // A digest that saw nothing would be equal everywhere as well.
  expect(new Set(states.map(({ digest }) => digest)).size).toBeGreaterThan(3);
});

test('every change of a task is seen at the commit that made it', () => {
  const world = swarmOf(3, 1);
  world.run(1_000);
  expectOk(world.call('m1', 'POST', '/services/create', serviceBody('seen')));
  world.run(1_000);
  const changes = world
    .node('m3')
    .observations.flatMap((one) => (one.kind === 'commit' ? one.tasks : []));
  expect(changes[0]).toMatchObject({ slot: 1, node: '', state: 'new', desired: 'running' });
  expect(changes.at(-1)).toMatchObject({ slot: 1, state: 'running', removed: false });
});

test('the control loops run on the leader only, and stop with its leadership', () => {
  const world = swarmOf(3, 0);
  const running = () =>
    [...world.nodes.values()].filter((node) => {
      const last = node.observations.findLast((one) => one.kind === 'manager');
      return node.program !== undefined && last?.kind === 'manager' && last.running;
    });
  expect(running().map(({ name }) => name)).toEqual(['m1']);
  world.passes = (from, to) => from !== 'm1' && to !== 'm1';
  world.run(2_000);
  expect(running().map(({ name }) => name)).toEqual([leaderOf(world)]);
  expect(leaderOf(world)).not.toBe('m1');
});

test('observations of an event come before everything else that it causes', () => {
  const node = createNode({
    config: { ...defaultNodeConfig, name: 'm1', advertiseAddr: 'm1:2377' },
    random: chanceOf(1),
    cipher: toyCipher,
    files: new Map(),
  });
  const now = { mono: 0, wall: 0 };
  expect(node.handle({ type: 'start' }, now)).toHaveLength(2);
  const request = {
    method: 'POST',
    path: '/swarm/init',
    query: {},
    headers: {},
    body: { ListenAddr: '0.0.0.0:2377' },
  } as const;
  const effects = node.handle({ type: 'request', id: 1, request }, now);
  const firstDeed = effects.findIndex(({ type }) => type !== 'observe');
  expect(firstDeed).toBeGreaterThan(0);
  expect(effects.slice(firstDeed).every(({ type }) => type !== 'observe')).toBe(true);
});

test('after its disk has failed a node says so, and nothing more', () => {
  const node = createNode({
    config: { ...defaultNodeConfig, name: 'm1', advertiseAddr: 'm1:2377' },
    random: chanceOf(1),
    cipher: toyCipher,
    files: new Map(),
  });
  const now = { mono: 0, wall: 0 };
  const request = {
    method: 'POST',
    path: '/swarm/init',
    query: {},
    headers: {},
    body: { ListenAddr: '0.0.0.0:2377' },
  } as const;
  node.handle({ type: 'start' }, now);
  node.handle({ type: 'request', id: 1, request }, now);
  expect(node.handle({ type: 'persist-failed', id: 1, error: 'EIO' }, now)).toEqual([
    {
      type: 'observe',
      observation: { kind: 'note', text: 'the data folder cannot be written: EIO' },
    },
    { type: 'halt', reason: 'the data folder cannot be written: EIO' },
  ]);
  const ping = { ...request, method: 'GET', path: '/_ping' } as const;
  expect(node.handle({ type: 'request', id: 2, request: ping }, now)).toEqual([]);
  expect(node.handle({ type: 'persisted', id: 1 }, now)).toEqual([]);
});

test('a vote is told once, before it leaves, and names who got it', () => {
  const world = swarmOf(3, 0);
  world.run(500);
  world.kill('m1');
  world.runUntil('another one leads', () => leaderOf(world) !== undefined);
  const won = leaderOf(world) ?? '';
  const other = won === 'm2' ? 'm3' : 'm2';
  const last = (name: string, kind: 'vote' | 'role') =>
    world.node(name).observations.findLast((one) => one.kind === kind);
  const leads = last(won, 'role');
  if (leads?.kind !== 'role') throw new Error('nobody leads');
  const { term, raftId } = leads;
  const votes = (name: string) =>
    world.node(name).observations.filter((one) => one.kind === 'vote' && one.term === term);
  expect(votes(won)).toEqual([{ kind: 'vote', term, candidate: raftId, raftId }]);
  expect(votes(other)).toMatchObject([{ kind: 'vote', term, candidate: raftId }]);
  // PreVotes promise nothing and are no votes.
  const asked = world.traffic.filter(
    ({ message }) => message.type === 'raft' && message.message.type === 'vote-request',
  );
  expect(asked.length).toBeGreaterThan(votes(won).length);
});
