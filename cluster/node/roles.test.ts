import { expect, test } from '@jest/globals';
import type { SmallWorld } from './testing/small-world.ts';
import {
  at,
  changeNode,
  expectOk,
  join,
  leaderOf,
  messageOf,
  nodesOf,
  serviceBody,
  serviceNames,
  swarmOf,
  textAt,
} from './testing/swarm.ts';

const standing = (world: SmallWorld, by: string, name: string) => {
  const node = nodesOf(world, by).get(name);
  return typeof node === 'object' && node !== null && 'ManagerStatus' in node
    ? node.ManagerStatus
    : undefined;
};

const swarmHeader = (world: SmallWorld, name: string): string | undefined =>
  world.call(name, 'HEAD', '/_ping').headers.Swarm;

test('a worker that is promoted joins the managers, and a manager that is demoted leaves them', () => {
  const world = swarmOf(3, 1);
  world.run(1_000);
  expectOk(changeNode(world, 'm2', 'w1', { Role: 'manager' }));
  world.runUntil('it takes part', () => swarmHeader(world, 'w1') === 'active/manager', 3_000);
  expect(standing(world, 'w1', 'w1')).toEqual({ Reachability: 'reachable', Addr: 'w1:2377' });
  expectOk(changeNode(world, 'w1', 'm2', { Role: 'worker' }));
  world.runUntil('it is a worker', () => swarmHeader(world, 'm2') === 'active/worker', 3_000);
  expect(standing(world, 'm3', 'm2')).toBeUndefined();
  expect(messageOf(world.call('m2', 'GET', '/nodes'))).toBe(
    "This node is not a swarm manager. Worker nodes can't be used to view or modify cluster state. Please run this command on a manager node or promote the current node to a manager.",
  );
  expect(textAt(nodesOf(world, 'm3').get('m2'), 'Status', 'State')).toBe('ready');
});

test('a demoted manager can be promoted again, under another id in Raft', () => {
  const world = swarmOf(3, 0);
  world.run(500);
  for (let round = 0; round < 3; round += 1) {
    expectOk(changeNode(world, 'm1', 'm2', { Role: 'worker' }));
    world.runUntil('it is a worker', () => swarmHeader(world, 'm2') === 'active/worker', 3_000);
    expectOk(changeNode(world, 'm1', 'm2', { Role: 'manager' }));
    world.runUntil('it is back', () => swarmHeader(world, 'm2') === 'active/manager', 5_000);
  }
  const ids = new Set(
    world
      .node('m2')
      .observations.flatMap((one) =>
        one.kind === 'role' && one.role !== 'none' ? [one.raftId] : [],
      ),
  );
  expect(ids.size).toBe(4);
});

test('a former manager keeps no log, and a late welcome does not bring its membership back', () => {
  const world = swarmOf(3, 0);
  world.run(500);
  const welcome = world.traffic.find(({ type, to }) => type === 'join-answer' && to === 'm2');
  if (welcome === undefined) throw new Error('m2 was not welcomed');
  expectOk(changeNode(world, 'm1', 'm2', { Role: 'worker' }));
  world.runUntil('it is a worker', () => swarmHeader(world, 'm2') === 'active/worker', 3_000);
  world.run(100);
  const raftFiles = () =>
    [...world.node('m2').files.keys()].filter((file) => file.startsWith('raft/'));
  expect(raftFiles()).toEqual([]);
  world.deliver('m2', welcome.sender, welcome.message);
  expect(swarmHeader(world, 'm2')).toBe('active/worker');
  world.run(100);
  expect(raftFiles()).toEqual([]);
});

test('the leader itself is demoted: another one takes over first', () => {
  const world = swarmOf(3, 0);
  world.run(500);
  expectOk(changeNode(world, 'm1', 'm1', { Role: 'worker' }));
  world.runUntil('it is a worker', () => swarmHeader(world, 'm1') === 'active/worker', 5_000);
  expect(['m2', 'm3']).toContain(leaderOf(world));
  expect(world.call('m2', 'POST', '/services/create', serviceBody('after')).status).toBe(201);
});

test.each([
  ['nothing of the log', 0],
  ['a part of it', 400],
])(
  'a promoted worker that got %s and is demoted again finds out, although it is told nothing',
  (_, ms) => {
    const world = swarmOf(3, 1);
    world.run(1_000);
    let hears = ms > 0;
    // It never says that it has caught up, so it stays a learner.
    world.passes = (from, to, type) => type !== 'raft' || (to === 'w1' ? hears : from !== 'w1');
    expectOk(changeNode(world, 'm1', 'w1', { Role: 'manager' }));
    const begins = () =>
      world.node('w1').observations.some((one) => one.kind === 'role' && one.role === 'learner');
    world.runUntil('it begins', begins, 3_000);
    world.run(ms);
    hears = false;
    expectOk(changeNode(world, 'm1', 'w1', { Role: 'worker' }));
    world.runUntil('the swarm has none', () => standing(world, 'm1', 'w1') === undefined, 3_000);
    world.run(200);
    world.passes = () => true;
    world.runUntil('it is a worker', () => swarmHeader(world, 'w1') === 'active/worker', 3_000);
  },
);

/** Nodes by what the leader thinks of them. */
const readiness = (world: SmallWorld, by: string): ReadonlySet<string> =>
  new Set([...nodesOf(world, by).values()].map((node) => textAt(node, 'Status', 'State')));

test('a manager that knew only the first one finds the leader, although the first one is demoted at once', () => {
  const world = swarmOf(3, 0);
  expectOk(changeNode(world, 'm1', 'm1', { Role: 'worker' }));
  world.runUntil('it is a worker', () => swarmHeader(world, 'm1') === 'active/worker', 400);
  world.run(4_000);
  expect(readiness(world, leaderOf(world) ?? 'm2')).toEqual(new Set(['ready']));
});

test('a worker that knows only a former manager is shown the way by it', () => {
  const world = swarmOf(1, 2);
  world.run(1_000);
  // It hears from its manager no more until that is one no longer.
  world.passes = (from, to) => from !== 'm1' || to !== 'w2';
  expectOk(changeNode(world, 'm1', 'w1', { Role: 'manager' }));
  world.runUntil('it takes part', () => swarmHeader(world, 'w1') === 'active/manager', 3_000);
  expectOk(changeNode(world, 'm1', 'm1', { Role: 'worker' }));
  world.runUntil('it is a worker', () => swarmHeader(world, 'm1') === 'active/worker', 3_000);
  world.passes = () => true;
  world.run(4_000);
  expect(readiness(world, 'w1')).toEqual(new Set(['ready']));
});

test('of two managers the leader can be demoted, and the other one goes on alone', () => {
  const world = swarmOf(2, 0);
  world.run(500);
  expectOk(changeNode(world, 'm1', 'm1', { Role: 'worker' }));
  world.runUntil('it is a worker', () => swarmHeader(world, 'm1') === 'active/worker', 5_000);
  expect(world.call('m2', 'POST', '/services/create', serviceBody('after')).status).toBe(201);
  expect(messageOf(changeNode(world, 'm2', 'm2', { Role: 'worker' }))).toBe(
    'rpc error: code = FailedPrecondition desc = attempting to demote the last manager of the swarm',
  );
});

test('a demotion that would cost the quorum is refused, that of the one who is away is not', () => {
  const world = swarmOf(3, 0);
  world.run(500);
  world.kill('m3');
  world.run(1_000);
  const refused = changeNode(world, 'm1', 'm2', { Role: 'worker' });
  expect(refused.status).toBe(400);
  expect(messageOf(refused)).toBe(
    "rpc error: code = FailedPrecondition desc = can't remove member from the raft: this would result in a loss of quorum",
  );
  expect(changeNode(world, 'm1', 'm3', { Role: 'worker' }).status).toBe(200);
});

/** Of five managers the leader and another one are demoted at once, and a third one dies right then. */
const twoGoAndOneDies = (): SmallWorld => {
  const world = swarmOf(5, 0);
  world.run(2_000);
  const nodes = nodesOf(world, 'm1');
  // While this is written both wait, and are written together: before the leader can hand over.
  world.ask('m1', 'POST', '/services/create', serviceBody('before'));
  const asked = ['m1', 'm2'].map((name) => {
    const node = nodes.get(name);
    const target = `/nodes/${textAt(node, 'ID')}/update?version=${textAt(node, 'Version', 'Index')}`;
    return world.ask('m1', 'POST', target, { Role: 'worker', Availability: 'active' });
  });
  const answers = () => asked.map((request) => world.answer(request)?.status);
  world.runUntil('both are answered', () => !answers().includes(undefined), 2_000);
  expect(answers()).toEqual([200, 200]);
  world.kill('m3');
  return world;
};

test('demotions that were accepted are carried out, although a manager that was to stay dies', () => {
  const world = twoGoAndOneDies();
  for (const name of ['m1', 'm2'])
    world.runUntil('it is a worker', () => swarmHeader(world, name) === 'active/worker', 5_000);
  expect(['m4', 'm5']).toContain(leaderOf(world));
  expect(standing(world, 'm4', 'm3')).toMatchObject({ Reachability: 'unreachable' });
  expect(changeNode(world, 'm4', 'm3', { Role: 'worker' }).status).toBe(200);
  world.runUntil('it is out', () => standing(world, 'm4', 'm3') === undefined, 3_000);
});

test('a demotion that was accepted waits while those that are left would be no quorum', () => {
  const world = twoGoAndOneDies();
  world.kill('m4');
  world.run(10_000);
  const by = leaderOf(world) ?? 'm5';
  // Three of five are there; without one of them they would be two of four.
  const members = ['m1', 'm2', 'm3', 'm4', 'm5'].filter(
    (name) => standing(world, by, name) !== undefined,
  );
  expect(members).toHaveLength(5);
  world.start('m4');
  for (const name of ['m1', 'm2'])
    world.runUntil('it is a worker', () => swarmHeader(world, name) === 'active/worker', 5_000);
});

test('a manager that was demoted while it was away comes back as a worker, and disturbs nobody', () => {
  const world = swarmOf(3, 0);
  world.run(500);
  world.kill('m3');
  world.run(1_000);
  expectOk(changeNode(world, 'm1', 'm3', { Role: 'worker' }));
  world.run(1_000);
  world.start('m3');
  world.runUntil('it is a worker', () => swarmHeader(world, 'm3') === 'active/worker', 5_000);
  expect(leaderOf(world)).toBe('m1');
  expect(textAt(nodesOf(world, 'm1').get('m3'), 'Status', 'State')).toBe('ready');
});

test('a manager that dies in the middle of its return learns that it was taken out, although its log names nobody but itself', () => {
  const world = swarmOf(1, 0, { config: { messageBytesMax: 1_024 } });
  // What follows the first entry does not go into one message with it.
  const large = { ...(serviceBody('web', 0) as object), Labels: { large: 'x'.repeat(4_000) } };
  expectOk(world.call('m1', 'POST', '/services/create', large));
  for (const name of ['m2', 'm3']) join(world, name, 'Manager', 'm1');
  expectOk(changeNode(world, 'm2', 'm1', { Role: 'worker' }));
  world.runUntil('it is a worker', () => swarmHeader(world, 'm1') === 'active/worker', 5_000);
  const { observations } = world.node('m1');
  const before = observations.length;
  expectOk(changeNode(world, 'm2', 'm1', { Role: 'manager' }));
  const hasBegun = (): boolean =>
    observations
      .slice(before)
      .some((one) => one.kind === 'membership' && one.voters.length + one.learners.length > 0);
  while (!hasBegun()) world.run(0.1);
  world.passes = (_from, to, type) => to !== 'm1' || type !== 'raft';
  world.run(10);
  expect(observations.findLast((one) => one.kind === 'membership')).toMatchObject({
    index: 1,
    learners: [],
  });
  world.kill('m1');
  world.passes = () => true;
  world.run(1_000);
  expectOk(changeNode(world, 'm2', 'm1', { Role: 'worker' }));
  world.run(1_000);
  world.start('m1');
  world.runUntil('it is a worker', () => swarmHeader(world, 'm1') === 'active/worker', 5_000);
});

test('a node that is up is removed only by force, a manager never before its demotion', () => {
  const world = swarmOf(3, 1);
  world.run(1_000);
  const id = (name: string): string => textAt(nodesOf(world, 'm1').get(name), 'ID');
  const w1 = id('w1');
  expect(messageOf(world.call('m2', 'DELETE', `/nodes/${w1}`))).toBe(
    `rpc error: code = FailedPrecondition desc = node ${w1} is not down and can't be removed`,
  );
  const m2 = id('m2');
  expect(messageOf(world.call('m1', 'DELETE', `/nodes/${m2}?force=1`))).toBe(
    `rpc error: code = FailedPrecondition desc = node ${m2} is a cluster manager and is a member of the raft cluster. It must be demoted to worker before removal`,
  );
  expectOk(world.call('m2', 'DELETE', `/nodes/${w1}?force=1`));
  expect([...nodesOf(world, 'm1').keys()]).not.toContain('w1');
  world.runUntil('it knows', () => swarmHeader(world, 'w1') === 'error', 5_000);
  expect(textAt(world.call('w1', 'GET', '/info').body, 'Swarm', 'Error')).toBe(
    `rpc error: code = PermissionDenied desc = Permission denied: node ${w1} was removed from swarm`,
  );
});

test('what is still said to the node that it was does not concern one that has joined anew', () => {
  const world = swarmOf(1, 1);
  const old = textAt(nodesOf(world, 'm1').get('w1'), 'ID');
  expectOk(world.call('w1', 'POST', '/swarm/leave'));
  expectOk(world.call('m1', 'DELETE', `/nodes/${old}?force=1`));
  join(world, 'w1', 'Worker', 'm1');
  const sender = { nodeId: world.node('m1').identity?.nodeId, address: 'm1:2377' };
  world.deliver('w1', sender, {
    type: 'dispatcher',
    message: { type: 'session-invalid', session: 'of the old one', removed: true },
  });
  expect(swarmHeader(world, 'w1')).toBe('active/worker');
});

test('a removed node does not come back with its old data, but joins as another one', () => {
  const world = swarmOf(3, 0);
  world.run(500);
  expectOk(changeNode(world, 'm1', 'm3', { Role: 'worker' }));
  world.runUntil('it is a worker', () => swarmHeader(world, 'm3') === 'active/worker', 5_000);
  const old = textAt(nodesOf(world, 'm1').get('m3'), 'ID');
  world.kill('m3');
  expectOk(world.call('m1', 'DELETE', `/nodes/${old}?force=1`));
  world.start('m3');
  world.run(5_000);
  expect([...nodesOf(world, 'm1').keys()]).not.toContain('m3');
  expectOk(world.call('m3', 'POST', '/swarm/leave'));
  join(world, 'm3', 'Manager', 'm1');
  expect(textAt(nodesOf(world, 'm1').get('m3'), 'ID')).not.toBe(old);
});

test('a manager joins under loss and duplication, once', () => {
  const world = swarmOf(1, 0, { seed: 3 });
  world.loss = 200;
  world.duplication = 200;
  join(world, 'm2', 'Manager', 'm1');
  join(world, 'm3', 'Manager', 'm2');
  world.loss = 0;
  world.duplication = 0;
  world.run(2_000);
  expect([...nodesOf(world, 'm1').keys()].sort()).toEqual(['m1', 'm2', 'm3']);
  const membership = world.node('m1').observations.findLast((one) => one.kind === 'membership');
  expect(membership).toMatchObject({ learners: [] });
  expect(at(nodesOf(world, 'm3').get('m3'), 'ManagerStatus', 'Reachability')).toBe('reachable');
});

test('a join that nobody answers goes on after its client was told that it takes long', () => {
  const world = swarmOf(1, 0);
  const token = textAt(world.call('m1', 'GET', '/swarm').body, 'JoinTokens', 'Worker');
  world.start('w1');
  world.passes = (from) => from !== 'w1';
  const body = { ListenAddr: '0.0.0.0:2377', RemoteAddrs: ['m1:2377'], JoinToken: token };
  const late = world.call('w1', 'POST', '/swarm/join', body);
  expect(late.status).toBe(503);
  expect(messageOf(late)).toBe(
    'Timeout was reached before node joined. The attempt to join the swarm will continue in the background. Use the "docker info" command to see the current swarm status of your node.',
  );
  expect(swarmHeader(world, 'w1')).toBe('pending');
  world.passes = () => true;
  world.runUntil('it joined', () => swarmHeader(world, 'w1') === 'active/worker', 3_000);
});

test('a token that buys nothing is refused, and the node stays outside', () => {
  const world = swarmOf(1, 0);
  const token = textAt(world.call('m1', 'GET', '/swarm').body, 'JoinTokens', 'Worker');
  world.start('w1');
  const wrong = `${token.slice(0, -1)}${token.endsWith('0') ? '1' : '0'}`;
  const refused = world.call('w1', 'POST', '/swarm/join', {
    ListenAddr: '0.0.0.0:2377',
    RemoteAddrs: ['m1:2377'],
    JoinToken: wrong,
  });
  expect(refused.status).toBe(400);
  expect(messageOf(refused)).toBe(
    'rpc error: code = InvalidArgument desc = A valid join token is necessary to join this cluster',
  );
  expect(swarmHeader(world, 'w1')).toBe('inactive');
});

test('a manager never leaves without force; with force it still counts until it is demoted', () => {
  const world = swarmOf(3, 0);
  world.run(500);
  expect(messageOf(world.call('m2', 'POST', '/swarm/leave'))).toBe(
    'You are attempting to leave the swarm on a node that is participating as a manager. The only way to restore a swarm that has lost consensus is to reinitialize it with `--force-new-cluster`. Use `--force` to suppress this message.',
  );
  expectOk(world.call('m2', 'POST', '/swarm/leave?force=1'));
  expect(swarmHeader(world, 'm2')).toBe('inactive');
  expect([...world.node('m2').files.keys()]).toEqual([]);
  world.run(3_000);
  const node = nodesOf(world, 'm1').get('m2');
  expect(at(node, 'ManagerStatus', 'Reachability')).toBe('unreachable');
  expect(at(node, 'Status', 'State')).toBe('down');
  expect(serviceNames(world, 'm1')).toEqual([]);
});

test('a leave of the last manager, and of one whose leaving costs the quorum, is refused in other words', () => {
  const world = swarmOf(1, 0);
  expect(messageOf(world.call('m1', 'POST', '/swarm/leave'))).toBe(
    'You are attempting to leave the swarm on a node that is participating as a manager. Removing the last manager erases all current state of the swarm. Use `--force` to ignore this message. ',
  );
  join(world, 'm2', 'Manager', 'm1');
  expect(messageOf(world.call('m1', 'POST', '/swarm/leave'))).toBe(
    'You are attempting to leave the swarm on a node that is participating as a manager. Removing this node leaves 1 managers out of 2. Without a Raft quorum your swarm will be inaccessible. The only way to restore a swarm that has lost consensus is to reinitialize it with `--force-new-cluster`. Use `--force` to suppress this message.',
  );
});

test('a worker leaves when it is asked to, and its tasks stop', () => {
  const world = swarmOf(1, 1);
  world.run(500);
  expectOk(world.call('m1', 'POST', '/services/create', serviceBody('busy', 4)));
  world.runUntil('tasks run', () => world.node('w1').running.size > 0, 3_000);
  expectOk(world.call('w1', 'POST', '/swarm/leave'));
  expect(world.node('w1').running.size).toBe(0);
  expect([...world.node('w1').files.keys()]).toEqual([]);
});
