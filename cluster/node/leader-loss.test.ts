import { expect, test } from '@jest/globals';
import type { Json } from '../api/seam.ts';
import { encodePeerMessage } from '../wire/codec.ts';
import type { SmallWorld } from './testing/small-world.ts';
import {
  expectOk,
  leaderOf,
  messageOf,
  serviceBody,
  serviceNames,
  swarmOf,
  textAt,
} from './testing/swarm.ts';

const noLeader =
  "rpc error: code = Unknown desc = The swarm does not have a leader. It's possible that too few managers are online. Make sure more than half of the managers are online.";
const tooLate = 'rpc error: code = DeadlineExceeded desc = context deadline exceeded';
const lostLeader =
  'rpc error: code = Unknown desc = raft: failed to process the request: node lost leader status';

const cutOff = (world: SmallWorld, name: string): void => {
  world.passes = (from, to) => from !== name && to !== name;
};
const heal = (world: SmallWorld): void => {
  world.passes = () => true;
};

test('when the leader dies another one takes over with everything that was acknowledged', () => {
  const world = swarmOf(3, 1);
  expectOk(world.call('m2', 'POST', '/services/create', serviceBody('kept')));
  world.kill('m1');
  world.runUntil('another leads', () => leaderOf(world) !== undefined, 2_000);
  expect(['m2', 'm3']).toContain(leaderOf(world));
  expect(serviceNames(world, 'm2')).toEqual(['kept']);
  expect(world.call('m3', 'POST', '/services/create', serviceBody('new')).status).toBe(201);
});

test('a leader that is cut off acknowledges nothing, not even that something is not there', () => {
  const world = swarmOf(3, 0);
  cutOff(world, 'm1');
  const asked = [
    world.ask('m1', 'POST', '/services/create', serviceBody('minority')),
    world.ask('m1', 'GET', '/services'),
    world.ask('m1', 'GET', '/services/nothing'),
    world.ask('m1', 'DELETE', '/services/nothing'),
    world.ask('m1', 'POST', '/services/nothing/update?version=1', serviceBody('nothing')),
  ];
  world.run(100);
  for (const key of asked) expect(world.answer(key)).toBeUndefined();
  world.run(6_000);
  for (const key of asked) expect(world.answer(key)?.status).toBe(500);
  expect(world.answer(asked[0] ?? '')?.body).toEqual({ message: lostLeader });
  heal(world);
  world.run(1_000);
  // Its first write was in the log of a leader without followers: it did not happen.
  expect(serviceNames(world, 'm1')).toEqual([]);
});

test('not even a refusal comes from a leader that is cut off, because its store may be old', () => {
  const world = swarmOf(3, 0);
  expectOk(world.call('m1', 'POST', '/services/create', serviceBody('there')));
  world.run(500);
  cutOff(world, 'm1');
  const asked = [
    world.ask('m1', 'DELETE', '/services/nothing'),
    world.ask('m1', 'POST', '/services/there/update?version=1', serviceBody('there')),
    world.ask('m1', 'POST', '/services/create', serviceBody('there')),
  ];
  world.run(6_000);
  for (const key of asked) expect(world.answer(key)?.status).toBe(500);
  for (const key of asked)
    expect(world.answer(key)?.body).not.toEqual({
      message: 'rpc error: code = Unknown desc = update out of sequence',
    });
});

test('a copy of a forwarded write that comes after its leader was restarted does nothing', () => {
  const world = swarmOf(3, 0);
  expectOk(world.call('m2', 'POST', '/services/create', serviceBody('gone')));
  const copy = world.traffic.find(({ type, to }) => type === 'forward' && to === 'm1');
  if (copy === undefined) throw new Error('nothing was forwarded');
  expectOk(world.call('m3', 'DELETE', '/services/gone'));
  world.restart('m1');
  world.runUntil('m1 leads again', () => {
    const leader = leaderOf(world);
    if (leader !== undefined && leader !== 'm1') world.restart(leader);
    world.run(500);
    return leaderOf(world) === 'm1';
  });
  world.run(500);
  world.deliver('m1', copy.sender, copy.message);
  world.run(500);
  expect(serviceNames(world, 'm1')).toEqual([]);
});

test('without a quorum a request ends in the deadline first, and later at once in the lack of a leader', () => {
  const world = swarmOf(3, 0);
  world.kill('m2');
  world.kill('m3');
  world.run(400);
  const early = world.ask('m1', 'GET', '/nodes');
  const took = world.runUntil('it is answered', () => world.answer(early) !== undefined);
  expect(took).toBeLessThanOrEqual(5_000);
  expect(world.answer(early)?.status).toBe(500);
  const late = world.ask('m1', 'GET', '/nodes');
  expect(world.answer(late)?.body).toEqual({ message: noLeader });
});

test('a follower that cannot reach the leader answers with the deadline', () => {
  const world = swarmOf(3, 0);
  // Raft still passes from the leader, nothing passes back.
  world.passes = (from) => from !== 'm2';
  const key = world.ask('m2', 'POST', '/services/create', serviceBody('lost'));
  world.run(5_010);
  expect(world.answer(key)?.body).toEqual({ message: tooLate });
});

test('info answers without a leader too, and says what is wrong', () => {
  const world = swarmOf(3, 0);
  world.kill('m2');
  world.kill('m3');
  world.run(4_000);
  const { status, body } = world.call('m1', 'GET', '/info');
  expect(status).toBe(200);
  expect(body).toMatchObject({
    Swarm: { LocalNodeState: 'active', ControlAvailable: true, Error: noLeader, Managers: 0 },
  });
});

test('after a quorum is back a leader comes, and requests that waited are answered', () => {
  const world = swarmOf(3, 0);
  world.kill('m1');
  world.kill('m2');
  world.run(500);
  const waiting = world.ask('m3', 'POST', '/services/create', serviceBody('patient'));
  world.start('m2');
  world.runUntil('it is answered', () => world.answer(waiting) !== undefined, 3_000);
  expect(world.answer(waiting)?.status).toBe(201);
});

test('of two updates that name one version exactly one wins, and the other learns it', () => {
  const world = swarmOf(3, 0);
  const { body } = expectOk(world.call('m1', 'POST', '/services/create', serviceBody('shared')));
  const id = textAt(body, 'ID');
  const version = textAt(world.call('m1', 'GET', `/services/${id}`).body, 'Version', 'Index');
  const target = `/services/${id}/update?version=${version}`;
  const keys = ['m1', 'm2', 'm3'].map((by, number) =>
    world.ask(by, 'POST', target, serviceBody('shared', number + 2)),
  );
  world.run(1_000);
  const answers = keys.map((key) => world.answer(key));
  expect(answers.map((answer) => answer?.status).sort()).toEqual([200, 500, 500]);
  for (const answer of answers)
    if (answer?.status === 500)
      expect(messageOf(answer)).toBe('rpc error: code = Unknown desc = update out of sequence');
  const after = world.call('m2', 'GET', `/services/${id}`);
  expect(Number(textAt(after.body, 'Version', 'Index'))).toBeGreaterThan(Number(version));
});

test('writes that wait for the one before them share the next log entry', () => {
  const world = swarmOf(3, 0);
  world.run(1_000);
  const before = world.node('m1').observations.length;
  for (let number = 0; number < 20; number += 1)
    world.ask('m1', 'POST', '/services/create', serviceBody(`batch-${number}`, 0));
  world.run(1_000);
  expect(serviceNames(world, 'm1')).toHaveLength(20);
  const commits = world
    .node('m1')
    .observations.slice(before)
    .filter(({ kind }) => kind === 'commit');
  expect(commits.length).toBeLessThan(8);
});

test('a forwarded write that comes twice, or late, is carried out once', () => {
  const world = swarmOf(3, 0);
  world.duplication = 1_000;
  for (let number = 0; number < 5; number += 1) {
    const name = `once-${number}`;
    expect(world.call('m2', 'POST', '/services/create', serviceBody(name)).status).toBe(201);
    expect(world.call('m3', 'DELETE', `/services/${name}`).status).toBe(200);
  }
  world.run(1_000);
  expect(serviceNames(world, 'm1')).toEqual([]);
  const forwards = world.traffic.filter(({ type, from }) => type === 'forward' && from === 'm2');
  expect(forwards).toHaveLength(5);
});

test('an answer that is too large for one message reaches whoever asked another manager, also where parts come twice', () => {
  const world = swarmOf(3, 0);
  const large = (name: string, letter: string): Json => ({
    Name: name,
    TaskTemplate: { ContainerSpec: { Image: 'schism/sleep', Env: [letter.repeat(650_000)] } },
    Mode: { Replicated: { Replicas: 0 } },
  });
  const names = ['a', 'b', 'c', 'd'];
  for (const name of names)
    expectOk(world.call('m1', 'POST', '/services/create', large(name, 'ж')));
  world.duplication = 1_000;
  expect(serviceNames(world, 'm2')).toEqual(serviceNames(world, 'm1'));
  const parts = world.traffic.filter(({ type }) => type === 'forward-answer-part');
  expect(parts.length).toBeGreaterThan(4);
  for (const { message } of parts) expect(encodePeerMessage(message).length).toBeLessThan(2 << 20);
  expect(world.call('m2', 'GET', '/services').body).toEqual(
    world.call('m1', 'GET', '/services').body,
  );
  expectOk(world.call('m1', 'POST', '/services/create', large('e', 'ж')));
  const refused = world.call('m2', 'GET', '/services');
  expect([refused.status, messageOf(refused)]).toEqual([
    500,
    expect.stringMatching(/ResourceExhausted desc = grpc: received message larger than max/),
  ]);
});

test('a client that goes away gets no answer, and disturbs nobody', () => {
  const world = swarmOf(1, 0);
  const key = world.ask('m1', 'POST', '/services/create', serviceBody('unheard'));
  world.abort(key);
  world.run(100);
  expect(world.answer(key)).toBeUndefined();
  expect(serviceNames(world, 'm1')).toEqual(['unheard']);
});
