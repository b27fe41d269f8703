import { expect, test } from '@jest/globals';
import { parseUnlockKey } from '../keys/unlock-key.ts';
import type { SmallWorld } from './testing/small-world.ts';
import {
  at,
  changeNode,
  expectOk,
  holds,
  join,
  keyFileOf,
  leaderOf,
  messageOf,
  serviceBody,
  serviceNames,
  stateOf,
  swarmOf,
  textAt,
  unlockKey,
} from './testing/swarm.ts';

const lockedText =
  'Swarm is encrypted and needs to be unlocked before it can be used. Please use "docker swarm unlock" to unlock it.';

const unlock = (world: SmallWorld, name: string, key: string) =>
  world.call(name, 'POST', '/swarm/unlock', { UnlockKey: key });

const updateSwarm = (world: SmallWorld, by: string, autoLock: boolean, query = ''): void => {
  const { body } = expectOk(world.call(by, 'GET', '/swarm'));
  const version = textAt(body, 'Version', 'Index');
  const spec = {
    ...(at(body, 'Spec') as object),
    EncryptionConfig: { AutoLockManagers: autoLock },
  };
  expectOk(world.call(by, 'POST', `/swarm/update?version=${version}${query}`, spec));
};

const rotate = (world: SmallWorld, by: string): string => {
  updateSwarm(world, by, true, '&rotateManagerUnlockKey=true');
  return unlockKey(world, by);
};

const dataKeysOf = (world: SmallWorld, name: string, key?: string) => {
  const file = keyFileOf(world, name);
  if (file.state === 'open') return file.secrets.dataKeys;
  const opened = file.unlock(parseUnlockKey(key ?? '') ?? new Uint8Array(32));
  if (opened === undefined) throw new Error('the key does not fit');
  return opened.dataKeys;
};

test('a locked manager answers nothing but who it is, and opens with the right key only', () => {
  const world = swarmOf(3, 0, { autoLock: true });
  const key = unlockKey(world, 'm1');
  expect(key).toMatch(/^SWMKEY-1-[A-Za-z0-9+/]{43}$/);
  world.restart('m2');
  expect(stateOf(world, 'm2')).toBe('locked');
  expect(world.call('m2', 'HEAD', '/_ping').headers.Swarm).toBe('locked');
  expect(world.call('m2', 'GET', '/version').status).toBe(200);
  for (const [method, target] of [
    ['GET', '/nodes'],
    ['GET', '/services'],
    ['GET', '/tasks'],
    ['GET', '/swarm'],
    ['GET', '/swarm/unlockkey'],
    ['POST', '/services/create'],
    ['POST', '/swarm/update?version=1'],
  ] as const) {
    const { status, body } = world.call('m2', method, target);
    expect({ target, status, body }).toEqual({
      target,
      status: 503,
      body: { message: lockedText },
    });
  }
  const wrong = unlock(world, 'm2', `SWMKEY-1-${'A'.repeat(43)}`);
  expect([wrong.status, messageOf(wrong)]).toEqual([
    401,
    'swarm could not be unlocked: invalid key provided',
  ]);
  const malformed = unlock(world, 'm2', 'abc');
  expect([malformed.status, messageOf(malformed)]).toEqual([400, 'invalid key string']);
  expect(stateOf(world, 'm2')).toBe('locked');
  expect(unlock(world, 'm2', key).status).toBe(200);
  expect(stateOf(world, 'm2')).toBe('active');
  const again = unlock(world, 'm2', key);
  expect([again.status, messageOf(again)]).toEqual([409, 'swarm is not locked']);
  expect(world.call('m2', 'POST', '/services/create', serviceBody('open')).status).toBe(201);
});

test('a locked manager neither votes nor counts', () => {
  const world = swarmOf(3, 0, { autoLock: true });
  const key = unlockKey(world, 'm1');
  world.restart('m2');
  world.restart('m3');
  const began = world.traffic.length;
  world.run(3_000);
  expect(world.traffic.slice(began).filter(({ from }) => from !== 'm1')).toEqual([]);
  expect(world.call('m1', 'POST', '/services/create', serviceBody('alone')).status).toBe(500);
  unlock(world, 'm3', key);
  world.runUntil('there is a leader', () => stateOf(world, 'm3') === 'active');
  expect(world.call('m1', 'POST', '/services/create', serviceBody('two')).status).toBe(201);
});

test('a locked manager leaves by force only, without its key', () => {
  const world = swarmOf(3, 0, { autoLock: true });
  world.restart('m2');
  const refused = world.call('m2', 'POST', '/swarm/leave');
  expect([refused.status, messageOf(refused)]).toEqual([
    503,
    'Swarm is encrypted and locked. Please unlock it first or use `--force` to ignore this message.',
  ]);
  expectOk(world.call('m2', 'POST', '/swarm/leave?force=1'));
  expect(stateOf(world, 'm2')).toBe('inactive');
  const said = world.node('m2').observations.findLast(({ kind }) => kind === 'role');
  expect(said).toMatchObject({ role: 'none', raftId: expect.stringMatching(/./) });
  world.restart('m2');
  expect(stateOf(world, 'm2')).toBe('inactive');
});

test('all managers restarted: the swarm is back once a majority is unlocked', () => {
  const world = swarmOf(3, 0, { autoLock: true });
  const key = unlockKey(world, 'm1');
  expectOk(world.call('m1', 'POST', '/services/create', serviceBody('kept')));
  for (const name of ['m1', 'm2', 'm3']) world.restart(name);
  world.run(1_000);
  const keys = ['m1', 'm2'].map((name) =>
    world.ask(name, 'POST', '/swarm/unlock', { UnlockKey: key }),
  );
  world.runUntil('both are back', () => keys.every((asked) => world.answer(asked)?.status === 200));
  expect(serviceNames(world, 'm2')).toEqual(['kept']);
  expect(unlock(world, 'm3', key).status).toBe(200);
});

test('a leader that was heard before it was restarted, too, keeps no manager silent', () => {
  const world = swarmOf(5, 0, { autoLock: true });
  const key = unlockKey(world, 'm1');
  const unlocking = (name: string) => world.ask(name, 'POST', '/swarm/unlock', { UnlockKey: key });
  const saidBefore = new Map<string, number>();
  const knowsLeader = (name: string): boolean =>
    world
      .node(name)
      .observations.slice(saidBefore.get(name))
      .some((said) => said.kind === 'role' && said.leader !== undefined);
  world.passes = (_from, _to, type) => type !== 'seal-answer';
  const others = ['m2', 'm3', 'm4', 'm5'];
  for (const name of others) {
    saidBefore.set(name, world.node(name).observations.length);
    world.restart(name);
  }
  const asked = others.map(unlocking);
  world.runUntil('the leader is heard', () => others.every(knowsLeader));
  world.restart('m1');
  asked.push(unlocking('m1'));
  // What it answered before is lost as well.
  world.run(20);
  world.passes = () => true;
  world.runUntil('all are back', () => asked.every((of) => world.answer(of)?.status === 200));
});

test('whoever does not vote answers the unlocked as soon as it hears its leader no more', () => {
  const world = swarmOf(1, 0);
  const knowsVoters = (): boolean =>
    world
      .node('m2')
      .observations.some((said) => said.kind === 'membership' && said.voters[0] !== undefined);
  // The leader never hears that it has caught up, so it stays a learner, who has no timer of elections.
  world.passes = (from, _to, type) => from !== 'm2' || type !== 'raft' || !knowsVoters();
  world.start('m2');
  world.ask('m2', 'POST', '/swarm/join', {
    ListenAddr: '0.0.0.0:2377',
    RemoteAddrs: ['m1:2377'],
    JoinToken: textAt(world.call('m1', 'GET', '/swarm').body, 'JoinTokens', 'Manager'),
  });
  const roleOf = (name: string) => {
    const said = world.node(name).observations.findLast(({ kind }) => kind === 'role');
    if (said?.kind !== 'role') throw new Error(`${name} has not said what it is`);
    return said;
  };
  const heard = (): boolean =>
    world.node('m2').observations.some((said) => said.kind === 'role' && said.leader !== undefined);
  world.runUntil('it hears the leader', () => heard() && knowsVoters());
  world.run(100);
  const { nodeId, raftId } = roleOf('m1');
  const answers = (nonce: string): number => {
    const message = { type: 'seal-question', nonce, raftId } as const;
    world.deliver('m2', { nodeId, address: 'm1:2377' }, message);
    return world.traffic.filter(
      (sent) => sent.message.type === 'seal-answer' && sent.message.nonce === nonce,
    ).length;
  };
  expect(answers('led')).toBe(0);
  world.kill('m1');
  world.run(1_000);
  expect(roleOf('m2')).toMatchObject({ role: 'learner', leader: raftId });
  expect(answers('left alone')).toBe(1);
});

test('the only manager is back at once', () => {
  const world = swarmOf(1, 0, { autoLock: true });
  const key = unlockKey(world, 'm1');
  world.restart('m1');
  expect(unlock(world, 'm1', key).status).toBe(200);
  expect(unlockKey(world, 'm1')).toBe(key);
});

test('a manager that was down during a rotation opens with the old key, and then only with the new one', () => {
  const world = swarmOf(3, 0, { autoLock: true });
  const old = unlockKey(world, 'm1');
  world.kill('m3');
  const fresh = rotate(world, 'm1');
  expect(fresh).not.toBe(old);
  world.start('m3');
  expect(unlock(world, 'm3', fresh).status).toBe(401);
  const before = world.node('m3').observations.length;
  expect(unlock(world, 'm3', old).status).toBe(200);
  // It took over the new key before it was a member that votes and serves.
  const states = world.node('m3').observations.slice(before);
  expect(states.findIndex((one) => one.kind === 'lock' && one.state === 'active')).toBeGreaterThan(
    0,
  );
  world.restart('m3');
  expect(unlock(world, 'm3', old).status).toBe(401);
  expect(unlock(world, 'm3', fresh).status).toBe(200);
});

test('it takes over the new key before it votes, also where nobody leads', () => {
  const world = swarmOf(5, 0, { autoLock: true });
  const old = unlockKey(world, 'm1');
  world.kill('m4');
  world.kill('m5');
  const fresh = rotate(world, 'm1');
  world.run(500);
  for (const name of ['m1', 'm2', 'm3']) world.kill(name);
  for (const name of ['m3', 'm4', 'm5']) world.start(name);
  const asked = [
    world.ask('m3', 'POST', '/swarm/unlock', { UnlockKey: fresh }),
    world.ask('m4', 'POST', '/swarm/unlock', { UnlockKey: old }),
    world.ask('m5', 'POST', '/swarm/unlock', { UnlockKey: old }),
  ];
  const sealed = () => {
    const versions = ['m3', 'm4', 'm5'].map(
      (name) => keyFileOf(world, name).facts.unlockKeyVersion,
    );
    return Math.min(...versions) === 2;
  };
  let votedBefore = false;
  world.runUntil('a leader is there', () => {
    votedBefore ||= leaderOf(world) !== undefined && !sealed();
    return asked.every((key) => world.answer(key)?.status === 200);
  });
  expect(votedBefore).toBe(false);
  expect(unlockKey(world, 'm4')).toBe(fresh);
});

test('one unlocked manager of three stays silent: it might follow an old key', () => {
  const world = swarmOf(3, 0, { autoLock: true });
  const key = unlockKey(world, 'm1');
  for (const name of ['m1', 'm2', 'm3']) world.restart(name);
  const asked = world.ask('m1', 'POST', '/swarm/unlock', { UnlockKey: key });
  const began = world.traffic.length;
  world.run(4_990);
  expect(world.answer(asked)).toBeUndefined();
  const said = world.traffic.slice(began).filter(({ from }) => from === 'm1');
  expect(new Set(said.map(({ type }) => type))).toEqual(new Set(['seal-question', 'agent']));
  world.run(100);
  expect(world.answer(asked)?.status).toBe(500);
  expect(world.answer(asked)?.body).toEqual({
    message:
      'swarm component could not be started: rpc error: code = DeadlineExceeded desc = context deadline exceeded',
  });
});

test('until it has heard under which key the swarm stands, an unlocked manager does not vote', () => {
  const world = swarmOf(3, 0, { autoLock: true });
  const old = unlockKey(world, 'm1');
  world.kill('m3');
  rotate(world, 'm1');
  world.run(200);
  world.kill('m1');
  world.passes = (_from, _to, type) => type !== 'seal-answer';
  world.start('m3');
  const asked = world.ask('m3', 'POST', '/swarm/unlock', { UnlockKey: old });
  world.run(3_000);
  expect(leaderOf(world)).toBeUndefined();
  expect(keyFileOf(world, 'm3').facts.unlockKeyVersion).toBe(1);
  world.passes = () => true;
  world.runUntil('it is back', () => world.answer(asked)?.status === 200);
  expect(keyFileOf(world, 'm3').facts.unlockKeyVersion).toBe(2);
  expect(leaderOf(world)).toBeDefined();
});

test('to its peers a locked manager is not there, whatever they say', () => {
  const world = swarmOf(3, 0, { autoLock: true });
  world.restart('m2');
  const sender = { nodeId: world.node('m1').identity?.nodeId, address: 'm1:2377' };
  world.deliver('m2', sender, {
    type: 'dispatcher',
    message: { type: 'session-invalid', session: 'any', removed: true },
  });
  expect(stateOf(world, 'm2')).toBe('locked');
});

test('strangers can do nothing but ask to join', () => {
  const world = swarmOf(1, 0, { autoLock: true });
  const request = { method: 'GET', path: '/swarm/unlockkey', query: {}, headers: {} } as const;
  const stranger = { nodeId: undefined, address: 'x:1' };
  const began = world.traffic.length;
  world.deliver('m1', stranger, {
    type: 'forward',
    id: 'x#1',
    term: 2,
    request: { ...request, body: undefined },
  });
  world.deliver('m1', stranger, { type: 'seal-question', nonce: 'n', raftId: 'r' });
  world.run(1_000);
  expect(world.traffic.slice(began).filter(({ to }) => to === 'x')).toEqual([]);
});

test.each([0, 1, 2, 3, 4, 5, 6, 7])(
  'a crash after %i operations of following a lock that was turned off meanwhile finds a folder that opens',
  (operations) => {
    const world = swarmOf(3, 0, { autoLock: true });
    expectOk(world.call('m1', 'POST', '/services/create', serviceBody('kept')));
    const old = unlockKey(world, 'm1');
    world.kill('m3');
    updateSwarm(world, 'm1', false);
    for (let number = 0; number < 5; number += 1)
      expectOk(world.call('m1', 'POST', '/services/create', serviceBody(`s${number}`, 0)));
    world.start('m3');
    world.ask('m3', 'POST', '/swarm/unlock', { UnlockKey: old });
    world.node('m3').crashAfterOperations = operations;
    world.run(1_000);
    if (world.node('m3').program === undefined) world.start('m3');
    if (stateOf(world, 'm3') === 'locked') expect(unlock(world, 'm3', old).status).toBe(200);
    world.runUntil('it is back', () => stateOf(world, 'm3') === 'active');
    world.runUntil('it is open', () => keyFileOf(world, 'm3').state === 'open');
    expect(serviceNames(world, 'm3')).toHaveLength(6);
  },
);

test('turned on, it seals every manager under a new data key, and the old one is gone from every file', () => {
  const world = swarmOf(3, 0);
  expect(world.call('m1', 'GET', '/swarm/unlockkey').body).toEqual({ UnlockKey: '' });
  const before = ['m1', 'm2', 'm3'].map((name) => dataKeysOf(world, name)[0]?.key);
  updateSwarm(world, 'm2', true);
  // The leader had sealed its own file before it answered.
  expect(keyFileOf(world, 'm1').state).toBe('locked');
  const key = unlockKey(world, 'm1');
  world.runUntil('all are sealed under one data key', () =>
    ['m1', 'm2', 'm3'].every(
      (name) =>
        keyFileOf(world, name).state === 'locked' && dataKeysOf(world, name, key).length === 1,
    ),
  );
  ['m1', 'm2', 'm3'].forEach((name, number) => {
    const [now] = dataKeysOf(world, name, key);
    expect(now?.epoch).toBe(2);
    for (const secret of [before[number], now?.key]) {
      if (secret === undefined) throw new Error('no key');
      expect(holds(world, name, secret)).toBe(false);
      expect(
        holds(world, name, Buffer.from(Buffer.from(secret).toString('base64').slice(0, 20))),
      ).toBe(false);
    }
  });
  for (const name of ['m1', 'm2', 'm3']) {
    world.restart(name);
    expect(stateOf(world, name)).toBe('locked');
    expect(unlock(world, name, key).status).toBe(200);
  }
});

test('on a manager not even the names of services stand in the clear, before and after the lock is turned', () => {
  const world = swarmOf(1, 1);
  world.run(500);
  expectOk(world.call('m1', 'POST', '/services/create', serviceBody('canary', 8)));
  world.runUntil('tasks run on both', () =>
    ['m1', 'w1'].every((name) => world.node(name).running.size > 0),
  );
  world.run(500);
  const canary = new TextEncoder().encode('canary');
  expect(world.node('m1').files.has('worker/tasks.json')).toBe(true);
  expect(holds(world, 'm1', canary)).toBe(false);
  expect(holds(world, 'w1', canary)).toBe(true);
  updateSwarm(world, 'm1', true);
  const key = unlockKey(world, 'm1');
  const before = world.node('m1').running.size;
  world.run(500);
  expect(dataKeysOf(world, 'm1', key)).toHaveLength(1);
  expect(holds(world, 'm1', canary)).toBe(false);
  // They survive the turn and the restart.
  world.restart('m1');
  world.ask('m1', 'POST', '/swarm/unlock', { UnlockKey: key });
  world.run(10);
  expect(world.node('m1').running.size).toBe(before);
});

test('whoever turns it on is told so once the leader’s own file is sealed', () => {
  const world = swarmOf(1, 0);
  world.run(100);
  const { body } = expectOk(world.call('m1', 'GET', '/swarm'));
  const spec = { ...(at(body, 'Spec') as object), EncryptionConfig: { AutoLockManagers: true } };
  const target = `/swarm/update?version=${textAt(body, 'Version', 'Index')}`;
  const asked = world.ask('m1', 'POST', target, spec);
  let sealed = false;
  for (let step = 0; step < 100 && world.answer(asked) === undefined; step += 1) {
    sealed = keyFileOf(world, 'm1').state === 'locked';
    world.run(0.25);
  }
  expect(world.answer(asked)?.status).toBe(200);
  expect(sealed || keyFileOf(world, 'm1').state === 'locked').toBe(true);
});

test('turned off, a restart asks for no key any more', () => {
  const world = swarmOf(3, 0, { autoLock: true });
  updateSwarm(world, 'm1', false);
  world.run(200);
  for (const name of ['m1', 'm2', 'm3']) {
    expect(keyFileOf(world, name).state).toBe('open');
    world.restart(name);
    world.runUntil('it is back', () => stateOf(world, name) === 'active');
  }
  expect(world.call('m1', 'GET', '/swarm/unlockkey').body).toEqual({ UnlockKey: '' });
});

test('off and on again while it was down: it follows the last word', () => {
  const world = swarmOf(3, 0, { autoLock: true });
  const old = unlockKey(world, 'm1');
  world.kill('m3');
  updateSwarm(world, 'm1', false);
  updateSwarm(world, 'm1', true);
  const fresh = unlockKey(world, 'm1');
  world.start('m3');
  expect(unlock(world, 'm3', old).status).toBe(200);
  world.run(200);
  world.restart('m3');
  expect(unlock(world, 'm3', old).status).toBe(401);
  expect(unlock(world, 'm3', fresh).status).toBe(200);
});

test('a manager that joins a locked swarm is sealed from its first file on', () => {
  const world = swarmOf(1, 0, { autoLock: true });
  join(world, 'm2', 'Manager', 'm1');
  expect(keyFileOf(world, 'm2').state).toBe('locked');
  world.restart('m2');
  expect(stateOf(world, 'm2')).toBe('locked');
});

test('a promoted worker is sealed, a demoted manager is not', () => {
  const world = swarmOf(3, 1, { autoLock: true });
  world.run(1_000);
  expectOk(changeNode(world, 'm1', 'w1', { Role: 'manager' }));
  world.runUntil('it is sealed', () => keyFileOf(world, 'w1').state === 'locked', 3_000);
  world.run(1_000);
  expectOk(changeNode(world, 'm1', 'm3', { Role: 'worker' }));
  world.runUntil('it is open', () => keyFileOf(world, 'm3').state === 'open', 3_000);
  world.restart('m3');
  world.run(1_000);
  expect(stateOf(world, 'm3')).toBe('active');
});

test.each([0, 1, 2, 3, 4])(
  'a crash after %i operations of turning it on finds a folder that opens',
  (operations) => {
    const world = swarmOf(3, 0, { seed: 5 });
    expectOk(world.call('m1', 'POST', '/services/create', serviceBody('kept')));
    world.run(500);
    const { body } = expectOk(world.call('m1', 'GET', '/swarm'));
    const spec = { ...(at(body, 'Spec') as object), EncryptionConfig: { AutoLockManagers: true } };
    const target = `/swarm/update?version=${textAt(body, 'Version', 'Index')}`;
    const asked = world.ask('m1', 'POST', target, spec);
    // The next persist of m2 is the entry, the one after it the key file with what follows.
    world.runUntil('it is under way', () => world.answer(asked) !== undefined);
    world.node('m2').crashAfterOperations = operations;
    world.run(300);
    const key = unlockKey(world, 'm1');
    if (world.node('m2').program !== undefined) world.kill('m2');
    world.start('m2');
    if (stateOf(world, 'm2') === 'locked') expect(unlock(world, 'm2', key).status).toBe(200);
    world.runUntil('it is back', () => stateOf(world, 'm2') === 'active');
    world.runUntil('it is sealed', () => keyFileOf(world, 'm2').state === 'locked');
    expect(serviceNames(world, 'm2')).toEqual(['kept']);
  },
);
