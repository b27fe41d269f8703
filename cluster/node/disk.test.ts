import { expect, test } from '@jest/globals';
import { keyFileName } from '../keys/key-file.ts';
import {
  expectOk,
  leaderOf,
  messageOf,
  serviceBody,
  serviceNames,
  stateOf,
  swarmOf,
  textAt,
} from './testing/swarm.ts';

test('a disk that fails stops the node, and what was not durable is not acknowledged', () => {
  const world = swarmOf(1, 0);
  world.node('m1').failNextPersist = 'ENOSPC: no space left on device';
  const key = world.ask('m1', 'POST', '/services/create', serviceBody('unsaved'));
  world.run(1_000);
  expect(world.answer(key)).toBeUndefined();
  expect(world.node('m1').halted).toBe(
    'the data folder cannot be written: ENOSPC: no space left on device',
  );
  expect(world.node('m1').observations.at(-1)).toEqual({
    kind: 'note',
    text: 'the data folder cannot be written: ENOSPC: no space left on device',
  });
  world.restart('m1');
  world.run(500);
  expect(serviceNames(world, 'm1')).toEqual([]);
});

test('everything acknowledged is there after the power of all nodes was cut', () => {
  const world = swarmOf(3, 1);
  for (let number = 0; number < 10; number += 1)
    expectOk(world.call('m2', 'POST', '/services/create', serviceBody(`s${number}`)));
  for (const name of world.nodes.keys()) world.kill(name);
  for (const name of world.nodes.keys()) world.start(name);
  world.runUntil('there is a leader', () => leaderOf(world) !== undefined);
  expect(serviceNames(world, 'm3')).toHaveLength(10);
});

test('a manager that was away for longer than the log reaches back is brought up by a snapshot', () => {
  const world = swarmOf(3, 0, { config: { snapshotIntervalEntries: 20, trailingEntries: 5 } });
  world.kill('m3');
  for (let number = 0; number < 60; number += 1)
    expectOk(world.call('m1', 'POST', '/services/create', serviceBody(`s${number}`, 0)));
  world.start('m3');
  world.runUntil('it is back', () => stateOf(world, 'm3') === 'active');
  world.run(500);
  const last = (name: string) =>
    world.node(name).observations.findLast((one) => one.kind === 'commit');
  expect(last('m3')).toMatchObject({ index: expect.any(Number) });
  const [leader, late] = [last('m1'), last('m3')];
  if (leader?.kind !== 'commit' || late?.kind !== 'commit') throw new Error('no commit');
  expect([late.index, late.hash]).toEqual([leader.index, leader.hash]);
  world.kill('m1');
  world.runUntil('another leads', () => leaderOf(world) !== undefined);
  expect(serviceNames(world, 'm3')).toHaveLength(60);
});

test('the swarm decides how often snapshots are taken', () => {
  const world = swarmOf(1, 0);
  const { body } = expectOk(world.call('m1', 'GET', '/swarm'));
  const target = `/swarm/update?version=${textAt(body, 'Version', 'Index')}`;
  expectOk(world.call('m1', 'POST', target, { Raft: { SnapshotInterval: 10 } }));
  for (let number = 0; number < 20; number += 1)
    expectOk(world.call('m1', 'POST', '/services/create', serviceBody(`s${number}`, 0)));
  world.run(100);
  expect([...world.node('m1').files.keys()].some((file) => file.startsWith('raft/snap'))).toBe(
    true,
  );
});

test.each([
  [500, 'by what the log keeps'],
  [1, 'by a snapshot'],
])('with %d entries for slow followers one that comes back is brought up %s', (keep) => {
  const world = swarmOf(3, 0);
  const { body } = expectOk(world.call('m1', 'GET', '/swarm'));
  const target = `/swarm/update?version=${textAt(body, 'Version', 'Index')}`;
  const Raft = { SnapshotInterval: 40, LogEntriesForSlowFollowers: keep };
  expectOk(world.call('m1', 'POST', target, { Raft }));
  world.run(100);
  world.kill('m3');
  for (let number = 0; number < 60; number += 1)
    expectOk(world.call('m1', 'POST', '/services/create', serviceBody(`s${number}`, 0)));
  const snapshotsOf = (name: string) =>
    [...world.node(name).files.keys()].filter((file) => file.startsWith('raft/snap/'));
  const own = snapshotsOf('m1');
  expect(own).toHaveLength(1);
  world.start('m3');
  world.runUntil('it is back', () => stateOf(world, 'm3') === 'active');
  world.run(500);
  // Whoever catches up entry by entry takes a snapshot of its own, at another index.
  expect(snapshotsOf('m3')).toEqual(keep === 1 ? own : [expect.not.stringContaining(own.join())]);
});

test('a damaged record is fatal: the node says so, and cuts nothing off', () => {
  const world = swarmOf(3, 0);
  for (let number = 0; number < 5; number += 1)
    expectOk(world.call('m1', 'POST', '/services/create', serviceBody(`s${number}`, 0)));
  world.run(200);
  world.kill('m2');
  const { files } = world.node('m2');
  const segment = [...files.keys()].find((file) => file.startsWith('raft/wal')) ?? '';
  const bytes = (files.get(segment) ?? new Uint8Array(0)).slice();
  bytes[Math.floor(bytes.length / 2)] = (bytes[Math.floor(bytes.length / 2)] ?? 0) ^ 1;
  files.set(segment, bytes);
  world.start('m2');
  world.run(1_000);
  expect(stateOf(world, 'm2')).toBe('error');
  const error = textAt(world.call('m2', 'GET', '/info').body, 'Swarm', 'Error');
  expect(error).toContain("manager stopped: can't initialize raft node: ");
  expect(error).toContain(segment);
  expect(world.call('m2', 'GET', '/nodes').status).toBe(503);
  expect(files.get(segment)).toEqual(bytes);
  expectOk(world.call('m2', 'POST', '/swarm/leave'));
  expect(stateOf(world, 'm2')).toBe('inactive');
});

test('a key file that cannot be read is an error, and no reason to forget the rest', () => {
  const world = swarmOf(1, 0);
  world.kill('m1');
  const { files } = world.node('m1');
  files.set(keyFileName, new TextEncoder().encode('{'));
  const before = [...files.keys()];
  world.start('m1');
  world.run(100);
  expect(stateOf(world, 'm1')).toBe('error');
  expect([...files.keys()]).toEqual(before);
});

test('a node that dies while it leaves is outside, or still a member with all its data', () => {
  for (let operations = 0; operations < 4; operations += 1) {
    const world = swarmOf(1, 0);
    expectOk(world.call('m1', 'POST', '/services/create', serviceBody('kept', 0)));
    world.run(200);
    world.node('m1').crashAfterOperations = operations;
    world.ask('m1', 'POST', '/swarm/leave?force=1');
    world.run(1_000);
    if (world.node('m1').program === undefined) world.start('m1');
    world.run(1_000);
    if (stateOf(world, 'm1') === 'inactive') expect([...world.node('m1').files.keys()]).toEqual([]);
    else expect(serviceNames(world, 'm1')).toEqual(['kept']);
  }
});

test('a node that dies while it founds a swarm can be asked again, or goes on as its first manager', () => {
  for (let operations = 0; operations < 3; operations += 1) {
    const world = swarmOf(1, 0);
    world.start('m2');
    world.node('m2').crashAfterOperations = operations;
    world.ask('m2', 'POST', '/swarm/init', { ListenAddr: '0.0.0.0:2377' });
    world.run(100);
    if (world.node('m2').program === undefined) world.start('m2');
    world.run(1_000);
    if (stateOf(world, 'm2') === 'inactive')
      expectOk(world.call('m2', 'POST', '/swarm/init', { ListenAddr: '0.0.0.0:2377' }));
    expect(world.call('m2', 'POST', '/services/create', serviceBody('first', 0)).status).toBe(201);
  }
});

test('the founder of one swarm does not found a second one', () => {
  const world = swarmOf(1, 0);
  const refused = world.call('m1', 'POST', '/swarm/init', { ListenAddr: '0.0.0.0:2377' });
  expect(refused.status).toBe(503);
  expect(messageOf(refused)).toBe(
    'This node is already part of a swarm. Use "docker swarm leave" to leave this swarm and join another one.',
  );
});
