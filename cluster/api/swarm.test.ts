import { expect, test } from '@jest/globals';
import { info } from './info.ts';
import { leaveObjection } from './leave.ts';
import { refuse } from './respond.ts';
import type { Json } from './seam.ts';
import { localOf, SmallLeader } from './testing/leader.ts';
import { deadlineExceeded } from './texts.ts';
import { refuseApiVersion } from './version.ts';

const update = (leader: SmallLeader, query = '', spec: object = {}) => {
  const version = leader.store.cluster?.Version.Index ?? 0;
  return leader.ask('POST', `/swarm/update?version=${version}${query}`, spec as Json);
};
const lock = { EncryptionConfig: { AutoLockManagers: true } };
const keyOf = (leader: SmallLeader): unknown => leader.ask('GET', '/swarm/unlockkey').body;

test('the swarm shows its spec and its join tokens, and no key', () => {
  const leader = new SmallLeader();
  update(leader, '', lock);
  const { status, body } = leader.ask('GET', '/swarm');
  expect(status).toBe(200);
  expect(body).toEqual({
    ID: 'cluster-1',
    Version: { Index: expect.any(Number) },
    CreatedAt: '2026-11-24T00:00:00.000Z',
    UpdatedAt: '2026-11-24T00:00:00.000Z',
    Spec: {
      Name: 'default',
      Labels: {},
      Orchestration: { TaskHistoryRetentionLimit: 5 },
      Raft: {
        SnapshotInterval: 10_000,
        KeepOldSnapshots: 0,
        LogEntriesForSlowFollowers: 500,
        ElectionTick: 3,
        HeartbeatTick: 1,
      },
      Dispatcher: { HeartbeatPeriod: 500_000_000 },
      CAConfig: { NodeCertExpiry: 7_776_000_000_000_000 },
      TaskDefaults: {},
      EncryptionConfig: { AutoLockManagers: true },
    },
    RootRotationInProgress: false,
    DefaultAddrPool: ['10.0.0.0/8'],
    SubnetSize: 24,
    DataPathPort: 4789,
    JoinTokens: {
      Worker: expect.stringMatching(/^SWMTKN-1-[0-9a-z]{50}-[0-9a-z]{25}$/),
      Manager: expect.stringMatching(/^SWMTKN-1-[0-9a-z]{50}-[0-9a-z]{25}$/),
    },
  });
});

test('a token is replaced when that is asked for; its digest stays', () => {
  const leader = new SmallLeader();
  const before = leader.store.cluster?.JoinTokens;
  expect(update(leader, '&rotateWorkerToken=true').status).toBe(200);
  const after = leader.store.cluster?.JoinTokens;
  expect(after?.Manager).toBe(before?.Manager);
  expect(after?.Worker).not.toBe(before?.Worker);
  expect(after?.Worker.slice(0, 59)).toBe(before?.Worker.slice(0, 59));
});

test('the unlock key comes and goes with autolock, and is rotated only while it is on', () => {
  const leader = new SmallLeader();
  expect(keyOf(leader)).toEqual({ UnlockKey: '' });
  update(leader, '&rotateManagerUnlockKey=true');
  expect(keyOf(leader)).toEqual({ UnlockKey: '' });
  expect(leader.store.cluster?.unlockKeyVersion).toBe(1);
  update(leader, '', lock);
  const first = keyOf(leader);
  expect(first).toEqual({ UnlockKey: expect.stringMatching(/^SWMKEY-1-[A-Za-z0-9+/]{43}$/) });
  update(leader, '', { ...lock, Labels: { a: 'b' } });
  expect(keyOf(leader)).toEqual(first);
  update(leader, '&rotateManagerUnlockKey=true', lock);
  expect(keyOf(leader)).not.toEqual(first);
  update(leader);
  expect(keyOf(leader)).toEqual({ UnlockKey: '' });
  expect(leader.store.cluster?.unlockKeyVersion).toBe(4);
});

test.each<[string, string, object, number, string]>([
  [
    'no version',
    '',
    {},
    400,
    `invalid swarm version '': strconv.ParseUint: parsing "": invalid syntax`,
  ],
  [
    'a huge version',
    '?version=99999999999999999999',
    {},
    400,
    `invalid swarm version '99999999999999999999': strconv.ParseUint: parsing "99999999999999999999": value out of range`,
  ],
  [
    'an old version',
    '?version=1',
    {},
    500,
    'rpc error: code = Unknown desc = update out of sequence',
  ],
  [
    'a flag that is none',
    '?version=1&rotateWorkerToken=maybe',
    {},
    400,
    'invalid value for rotateWorkerToken: maybe',
  ],
  ['another name', '?version=1', { Name: 'mine' }, 400, 'swarm spec must be named "default"'],
  [
    'certificates for minutes',
    '?version=1',
    { CAConfig: { NodeCertExpiry: 1 } },
    400,
    'rpc error: code = InvalidArgument desc = minimum certificate expiry time is: 1h0m0s',
  ],
])('an update with %s is refused', (_case, query, spec, status, message) => {
  const leader = new SmallLeader();
  expect(leader.ask('POST', `/swarm/update${query}`, spec as Json)).toMatchObject({
    status,
    body: { message },
  });
});

test('info of a manager shows the swarm as the leader sees it, or what kept the leader from answering', () => {
  const leader = new SmallLeader();
  leader.addNode('m2', 'manager');
  const shown = info(localOf(), leader.ask('GET', '/info'));
  expect(shown).toMatchObject({
    status: 200,
    body: {
      Swarm: {
        NodeID: 'node-m1',
        LocalNodeState: 'active',
        ControlAvailable: true,
        Error: '',
        Nodes: 2,
        Managers: 2,
        Cluster: { ID: 'cluster-1' },
        Warnings: [expect.stringContaining('two-manager configuration')],
      },
    },
  });
  expect(JSON.stringify(shown.body)).not.toContain('SWMTKN');
  expect(info(localOf(), deadlineExceeded)).toMatchObject({
    status: 200,
    body: {
      Swarm: {
        ControlAvailable: true,
        Error: 'rpc error: code = DeadlineExceeded desc = context deadline exceeded',
        Nodes: 0,
        Managers: 0,
        Cluster: {},
      },
    },
  });
});

const opening =
  'You are attempting to leave the swarm on a node that is participating as a manager. ';
const closing =
  'The only way to restore a swarm that has lost consensus is to reinitialize it with `--force-new-cluster`. Use `--force` to suppress this message.';
const managers = (...reachable: readonly boolean[]) => ({
  status: 200,
  headers: {},
  body: reachable.map((up, number) => ({
    ID: `node-m${number + 1}`,
    ManagerStatus: { Reachability: up ? 'reachable' : 'unreachable' },
  })),
});

test.each<[string, Parameters<typeof leaveObjection>[0], string]>([
  [
    'the last manager',
    managers(true),
    'Removing the last manager erases all current state of the swarm. Use `--force` to ignore this message. ',
  ],
  [
    'one of two',
    managers(true, true),
    `Removing this node leaves 1 managers out of 2. Without a Raft quorum your swarm will be inaccessible. ${closing}`,
  ],
  ['one of three', managers(true, true, true), closing],
  [
    'one of three with one away',
    managers(true, true, false),
    `Removing this node leaves 1 managers out of 3. Without a Raft quorum your swarm will be inaccessible. ${closing}`,
  ],
  ['one that hears nobody', deadlineExceeded, closing],
  [
    'one that is not active',
    undefined,
    `Doing so may lose the consensus of your cluster. ${closing}`,
  ],
])('the leave of %s is refused in its own words', (_case, nodes, rest) => {
  expect(leaveObjection(nodes, { nodeId: 'node-m1' })).toEqual(refuse(503, opening + rest));
});

test.each<[string, string | undefined]>([
  [
    '1.23',
    'client version 1.23 is too old. Minimum supported API version is 1.24, please upgrade your client to a newer version',
  ],
  ['1.24', undefined],
  ['1.41', undefined],
  ['1.47', undefined],
  ['1.48', 'client version 1.48 is too new. Maximum supported API version is 1.47'],
  ['2.0', 'client version 2.0 is too new. Maximum supported API version is 1.47'],
])('API version %s', (version, message) => {
  expect(refuseApiVersion(version)?.body).toEqual(message === undefined ? undefined : { message });
});
