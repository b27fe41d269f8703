import { describe, expect, test } from '@jest/globals';
import { decide } from './route.ts';
import type { Json } from './seam.ts';
import { localOf, requestOf, SmallLeader } from './small/leader.ts';
import type { Local } from './types.ts';

const outside = localOf({ state: 'inactive', role: undefined, nodeId: undefined, managers: [] });
const worker = localOf({ role: 'worker' });
const locked = localOf({ state: 'locked' });
const broken = localOf({ state: 'error', error: 'the log is damaged' });
const joining = localOf({ state: 'pending', role: undefined, nodeId: undefined });
const starting = localOf({ state: 'pending' });
const manager = localOf();

const notManager = 'This node is not a swarm manager. ';
const texts = {
  outside: `${notManager}Use "docker swarm init" or "docker swarm join" to connect this node to swarm and try again.`,
  worker: `${notManager}Worker nodes can't be used to view or modify cluster state. Please run this command on a manager node or promote the current node to a manager.`,
  preparing: `${notManager}Manager is being prepared or has trouble connecting to the cluster.`,
  locked:
    'Swarm is encrypted and needs to be unlocked before it can be used. Please use "docker swarm unlock" to unlock it.',
  member:
    'This node is already part of a swarm. Use "docker swarm leave" to leave this swarm and join another one.',
  stranger: 'This node is not part of a swarm',
};

test.each<[string, Local, string]>([
  ['outside of a swarm', outside, texts.outside],
  ['on a worker', worker, texts.worker],
  ['while it is locked', locked, texts.locked],
  ['while it is broken', broken, texts.outside],
  ['while it joins', joining, texts.preparing],
])('what only a manager can do is refused %s', (_where, local, message) => {
  for (const [method, path] of [
    ['GET', '/nodes'],
    ['GET', '/services'],
    ['POST', '/services/create'],
    ['GET', '/tasks/x'],
    ['GET', '/swarm'],
    ['GET', '/swarm/unlockkey'],
    ['DELETE', '/services/x'],
  ] as const)
    expect(decide(requestOf(method, path), local)).toMatchObject({
      type: 'reply',
      response: { status: 503, body: { message } },
    });
});

test('a manager asks the leader, also while it has none yet', () => {
  for (const local of [manager, starting]) {
    expect(decide(requestOf('GET', '/nodes'), local)).toEqual({ type: 'leader' });
    expect(decide(requestOf('POST', '/swarm/update'), local)).toEqual({ type: 'leader' });
    expect(decide(requestOf('GET', '/info'), local)).toEqual({ type: 'info' });
  }
});

test.each<[string, Local, string]>([
  ['outside of a swarm', outside, 'inactive'],
  ['on a worker', worker, 'active/worker'],
  ['on a manager', manager, 'active/manager'],
  ['while it is locked', locked, 'locked'],
  ['while it is broken', broken, 'error'],
  ['while it joins', joining, 'pending'],
])('a ping says what the node is: %s', (_where, local, swarm) => {
  const get = decide(requestOf('GET', '/_ping'), local);
  const head = decide(requestOf('HEAD', '/_ping'), local);
  if (get.type !== 'reply' || head.type !== 'reply') throw new Error('no reply');
  expect(get.response).toMatchObject({ status: 200, body: 'OK' });
  expect(head.response.body).toBeUndefined();
  for (const { response } of [get, head])
    expect(response.headers).toMatchObject({
      'Api-Version': '1.47',
      Ostype: 'linux',
      Server: 'Docker/27.5.1 (linux)',
      Swarm: swarm,
      'Cache-Control': 'no-cache, no-store, must-revalidate',
      'Docker-Experimental': 'false',
    });
});

test.each<[string, Local, object]>([
  [
    'outside of a swarm',
    outside,
    {
      NodeID: '',
      NodeAddr: '',
      LocalNodeState: 'inactive',
      ControlAvailable: false,
      Error: '',
      RemoteManagers: null,
    },
  ],
  [
    'on a worker',
    worker,
    {
      NodeID: 'node-m1',
      NodeAddr: 'm1',
      LocalNodeState: 'active',
      ControlAvailable: false,
      RemoteManagers: [{ NodeID: 'node-m1', Addr: 'm1:2377' }],
    },
  ],
  [
    'while it is locked',
    locked,
    { NodeID: '', LocalNodeState: 'locked', ControlAvailable: false, RemoteManagers: null },
  ],
  ['while it is broken', broken, { LocalNodeState: 'error', Error: 'the log is damaged' }],
])('info needs no leader %s', (_where, local, swarm) => {
  const decision = decide(requestOf('GET', '/info'), local);
  if (decision.type !== 'reply') throw new Error('no reply');
  expect(decision.response.status).toBe(200);
  expect(decision.response.body).toMatchObject({
    Name: 'm1',
    ServerVersion: '27.5.1',
    Swarm: swarm,
  });
});

test.each<[string, Local, 'init' | 'join', string]>([
  ['init on a manager', manager, 'init', texts.member],
  ['join on a worker', worker, 'join', texts.member],
  ['init while joining', joining, 'init', texts.member],
  // Whether it can be unlocked or not.
  ['join while locked', locked, 'join', texts.member],
  ['init while broken', broken, 'init', texts.member],
])('%s is refused', (_case, local, what, message) => {
  expect(decide(requestOf('POST', `/swarm/${what}`, {}), local)).toMatchObject({
    type: 'reply',
    response: { status: 503, body: { message } },
  });
});

describe('where no manager is, what cannot be read is told before that', () => {
  const ask = (
    method: 'GET' | 'POST',
    path: string,
    given: { readonly query?: Readonly<Record<string, string>>; readonly body?: Json },
  ) => ({ ...requestOf(method, path, given.body), query: given.query ?? {} });

  test.each([
    ['GET', '/nodes', { query: { filters: '{' } }, 'invalid filter'],
    ['GET', '/services', { query: { status: 'maybe' } }, 'invalid value for status: maybe'],
    ['POST', '/services/create', { body: { Name: 1 } }, 'invalid JSON: json: cannot unmarshal'],
    ['POST', '/services/a/update', { body: {} }, "invalid service version ''"],
    ['POST', '/nodes/a/update', { query: { version: 'x' } }, "invalid node version 'x'"],
    ['POST', '/nodes/a/update', { body: [] }, 'invalid JSON: json: cannot unmarshal array'],
    ['POST', '/swarm/update', { query: { version: '1', rotateWorkerToken: 'y' } }, 'invalid value'],
    ['POST', '/swarm/update', { body: { Raft: 1 } }, 'invalid JSON: json: cannot unmarshal number'],
  ] as const)('%s %s %j', (method, path, given, message) => {
    for (const local of [outside, worker, locked])
      expect(decide(ask(method, path, given), local)).toMatchObject({
        type: 'reply',
        response: { status: 400, body: { message: expect.stringContaining(message) } },
      });
  });

  test.each([
    ['GET', '/nodes', { query: { filters: '{"shape":["round"]}' } }],
    ['GET', '/nodes', { query: { filters: '{"role":["king"]}' } }],
    ['POST', '/services/create', { body: { Name: '-', TaskTemplate: {} } }],
    ['POST', '/nodes/a/update', { query: { version: '1' }, body: { Role: 'king' } }],
  ] as const)('but not what can, and is wrong: %s %s %j', (method, path, given) => {
    expect(decide(ask(method, path, given), worker)).toMatchObject({
      type: 'reply',
      response: { status: 503, body: { message: texts.worker } },
    });
  });
});

const listen = { ListenAddr: '0.0.0.0:2377' };

test.each([
  ['init', undefined],
  ['init', {}],
  ['init', { Spec: { Name: 'mine' } }],
  ['join', undefined],
  ['join', { ListenAddr: '' }],
])('%s has to say where to listen: %j', (what, body) => {
  expect(decide(requestOf('POST', `/swarm/${what}`, body as never), outside)).toMatchObject({
    type: 'reply',
    response: { status: 400, body: { message: 'invalid ListenAddr "": invalid empty address' } },
  });
});

test.each<[string, object, number, string]>([
  [
    'a list',
    [],
    400,
    'invalid JSON: json: cannot unmarshal array into Go value of type swarm.InitRequest',
  ],
  [
    'a number for an address',
    { AdvertiseAddr: 5 },
    400,
    'invalid JSON: json: cannot unmarshal number into Go struct field InitRequest.AdvertiseAddr of type string',
  ],
  [
    'an address that is none',
    { AdvertiseAddr: 'a:b:c' },
    400,
    'invalid AdvertiseAddr "a:b:c": it must be host or host:port',
  ],
  ['a bad availability', { Availability: 'lazy' }, 400, 'invalid Availability: "lazy"'],
  ['another name', { Spec: { Name: 'mine' } }, 400, 'swarm spec must be named "default"'],
  [
    'a data path port of the system',
    { DataPathPort: 80 },
    500,
    'Datapath port number is not in valid range (1024-49151) : 80',
  ],
  [
    'a data path port of nobody',
    { DataPathPort: 49_152 },
    500,
    'Datapath port number is not in valid range (1024-49151) : 49152',
  ],
  [
    'a negative data path port',
    { DataPathPort: -1 },
    400,
    'invalid JSON: json: cannot unmarshal number -1 into Go struct field InitRequest.DataPathPort of type uint32',
  ],
  [
    'a pool that is none',
    { DefaultAddrPool: ['10.0.0.0/8', '10.0.0.256/8'] },
    500,
    'invalid base pool 10.0.0.256/8: invalid CIDR address: 10.0.0.256/8',
  ],
  [
    'subnets larger than a pool',
    { DefaultAddrPool: ['10.1.0.0/16'], SubnetSize: 15 },
    500,
    'invalid CIDR: "10.1.0.0/16". Subnet size is too small for pool: 15',
  ],
  [
    'subnets without room',
    { DefaultAddrPool: ['10.1.0.0/16'], SubnetSize: 30 },
    500,
    'subnet size is out of range: 30',
  ],
  [
    'a pool of IPv6 longer than its subnets',
    { DefaultAddrPool: ['10.0.0.0/8', 'fd00::/64'] },
    500,
    'invalid CIDR: "fd00::/64". Subnet size is too small for pool: 24',
  ],
  [
    'subnets without room in no pools',
    { DefaultAddrPool: [], SubnetSize: 40 },
    500,
    'subnet size is out of range: 40',
  ],
  [
    'a negative number of entries',
    { Spec: { Raft: { SnapshotInterval: -5 } } },
    400,
    'invalid JSON: json: cannot unmarshal number -5 into Go struct field RaftConfig.Spec.Raft.SnapshotInterval of type uint64',
  ],
  [
    'a text for a heartbeat',
    { Spec: { Dispatcher: { HeartbeatPeriod: 'a' } } },
    400,
    'invalid JSON: json: cannot unmarshal string into Go struct field DispatcherConfig.Spec.Dispatcher.HeartbeatPeriod of type time.Duration',
  ],
  [
    'a number for its label',
    { Spec: { Labels: { a: 5 } } },
    400,
    'invalid JSON: json: cannot unmarshal number into Go struct field Spec.Spec.Labels of type string',
  ],
  [
    'certificates for minutes',
    { Spec: { CAConfig: { NodeCertExpiry: 1e9 } } },
    400,
    'rpc error: code = InvalidArgument desc = minimum certificate expiry time is: 1h0m0s',
  ],
  [
    'a negative heartbeat',
    { Spec: { Dispatcher: { HeartbeatPeriod: -1 } } },
    400,
    'rpc error: code = InvalidArgument desc = heartbeat time period cannot be a negative duration',
  ],
])('init with %s is refused', (_case, body, status, message) => {
  const listening = Array.isArray(body) ? body : { ...listen, ...body };
  expect(decide(requestOf('POST', '/swarm/init', listening as never), outside)).toMatchObject({
    type: 'reply',
    response: { status, body: { message } },
  });
});

test('init takes the port that is missing from the node’s own address, and locks where either place says so', () => {
  const decided = (body: object) =>
    decide(requestOf('POST', '/swarm/init', { ...listen, ...body }), outside);
  expect(decided({})).toMatchObject({
    type: 'init',
    request: { advertiseAddr: 'm1:2377', autoLock: false, availability: 'active' },
  });
  expect(decided({ AdvertiseAddr: '10.0.0.1' })).toMatchObject({
    request: { advertiseAddr: '10.0.0.1:2377' },
  });
  expect(decided({ AdvertiseAddr: '10.0.0.1:99', Availability: 'drain' })).toMatchObject({
    request: { advertiseAddr: '10.0.0.1:99', availability: 'drain' },
  });
  expect(decided({ AutoLockManagers: true })).toMatchObject({ request: { autoLock: true } });
  expect(decided({ Spec: { EncryptionConfig: { AutoLockManagers: true } } })).toMatchObject({
    request: { autoLock: true },
  });
});

test('init keeps what is said of networks; what is not said has the engine’s defaults', () => {
  const given = {
    DefaultAddrPool: ['10.1.0.0/16', '10.2.0.0/16'],
    SubnetSize: 26,
    DataPathPort: 7789,
  };
  expect(decide(requestOf('POST', '/swarm/init', { ...listen, ...given }), outside)).toMatchObject({
    request: { networkConfig: given },
  });
  expect(
    decide(requestOf('POST', '/swarm/init', { ...listen, SubnetSize: 0 }), outside),
  ).toMatchObject({
    request: {
      networkConfig: { DefaultAddrPool: ['10.0.0.0/8'], SubnetSize: 24, DataPathPort: 4789 },
    },
  });
});

test('init takes pools of IPv6, and without pools any size of subnets', () => {
  const decided = (body: object) =>
    decide(requestOf('POST', '/swarm/init', { ...listen, ...body }), outside);
  expect(decided({ DefaultAddrPool: [' fd00::/8'], SubnetSize: 24 })).toMatchObject({
    request: { networkConfig: { DefaultAddrPool: ['fd00::/8'], SubnetSize: 24 } },
  });
  expect(decided({ SubnetSize: 40 })).toMatchObject({
    request: { networkConfig: { DefaultAddrPool: ['10.0.0.0/8'], SubnetSize: 40 } },
  });
});

const token = `SWMTKN-1-${'a'.repeat(50)}-${'b'.repeat(25)}`;

test.each<[string, object, string]>([
  ['no manager to ask', { JoinToken: token }, 'at least 1 RemoteAddr is required to join'],
  ['no token', { RemoteAddrs: ['m1:1'] }, 'invalid join token'],
  ['half a token', { RemoteAddrs: ['m1:1'], JoinToken: token.slice(0, -1) }, 'invalid join token'],
  [
    'an empty address',
    { RemoteAddrs: [''], JoinToken: token },
    'invalid remoteAddr "": invalid empty address',
  ],
])('join with %s is refused', (_case, body, message) => {
  expect(decide(requestOf('POST', '/swarm/join', { ...listen, ...body }), outside)).toMatchObject({
    type: 'reply',
    response: { status: 400, body: { message } },
  });
});

test('join asks every manager it was told of', () => {
  expect(
    decide(
      requestOf('POST', '/swarm/join', {
        ...listen,
        RemoteAddrs: ['m2', 'tcp://m3:99'],
        JoinToken: token,
      }),
      outside,
    ),
  ).toEqual({
    type: 'join',
    request: {
      remoteAddrs: ['m2:2377', 'm3:99'],
      joinToken: token,
      advertiseAddr: 'm1:2377',
      availability: 'active',
    },
  });
});

test.each<[string, Local, string, number, string]>([
  ['leave outside of a swarm', outside, '/swarm/leave', 503, texts.stranger],
  [
    'leave while locked',
    locked,
    '/swarm/leave',
    503,
    'Swarm is encrypted and locked. Please unlock it first or use `--force` to ignore this message.',
  ],
  ['unlock outside of a swarm', outside, '/swarm/unlock', 503, texts.outside],
  ['unlock on a worker', worker, '/swarm/unlock', 503, texts.worker],
  ['unlock on a manager', manager, '/swarm/unlock', 409, 'swarm is not locked'],
  ['unlock with no key', locked, '/swarm/unlock', 400, 'invalid key string'],
])('%s is refused', (_case, local, path, status, message) => {
  expect(decide(requestOf('POST', path, {}), local)).toMatchObject({
    type: 'reply',
    response: { status, body: { message } },
  });
});

test.each<[string, Local, string, Json]>([
  ['init in a swarm', manager, '/swarm/init', { ListenAddr: 5 }],
  ['init in a swarm, inside of its spec', worker, '/swarm/init', { Spec: { Raft: 5 } }],
  ['init while locked', locked, '/swarm/init', { AutoLockManagers: 'yes' }],
  ['join in a swarm', worker, '/swarm/join', { RemoteAddrs: 'm2' }],
  ['unlock on a manager', manager, '/swarm/unlock', { UnlockKey: 5 }],
  ['unlock outside of a swarm', outside, '/swarm/unlock', { UnlockKey: 5 }],
])('%s: what cannot be read is told first', (_case, local, path, body) => {
  const decision = decide(requestOf('POST', path, body), local);
  expect(decision).toMatchObject({ type: 'reply', response: { status: 400 } });
  expect(JSON.stringify(decision)).toContain('cannot unmarshal');
});

test('init and join in a swarm are refused, whatever they ask for', () => {
  for (const path of ['/swarm/init', '/swarm/join'])
    for (const local of [manager, worker, locked])
      expect(decide(requestOf('POST', path, { Availability: 'asleep' }), local)).toMatchObject({
        type: 'reply',
        response: { status: 503, body: { message: texts.member } },
      });
});

test('a new cluster cannot be forced, and the node says so in a swarm as well', () => {
  const request = requestOf('POST', '/swarm/init', {
    ListenAddr: '0.0.0.0:2377',
    ForceNewCluster: true,
  });
  for (const local of [manager, outside])
    expect(decide(request, local)).toMatchObject({ type: 'reply', response: { status: 501 } });
});

test('leave knows the ways to say force', () => {
  for (const [query, force] of [
    ['', false],
    ['?force=0', false],
    ['?force=false', false],
    ['?force=1', true],
    ['?force=true', true],
  ] as const)
    expect(decide(requestOf('POST', `/swarm/leave${query}`), locked)).toMatchObject(
      force ? { type: 'leave', force } : { type: 'reply' },
    );
});

test.each([
  ['GET', '/services/'],
  ['GET', '/services/a/b'],
  ['GET', '/swarm/'],
  ['PUT', '/services/a'],
  ['POST', '/services/a'],
  ['DELETE', '/nodes'],
  ['GET', '/tasks/a/logs'],
  ['POST', '/tasks/a'],
  ['GET', '/containers/json'],
] as const)('%s %s is no page, whatever the node is', (method, path) => {
  for (const local of [outside, worker, locked, broken, joining, starting, manager])
    expect(decide(requestOf(method, path), local)).toMatchObject({
      type: 'reply',
      response: { status: 404, body: { message: 'page not found' } },
    });
});

test('nothing else has a page', () => {
  const leader = new SmallLeader();
  for (const [method, path] of [
    ['GET', '/'],
    ['GET', '/containers/json'],
    ['POST', '/_ping'],
    ['POST', '/version'],
    ['POST', '/swarm/dance'],
    ['GET', '/_ping/x'],
  ] as const)
    expect(decide(requestOf(method, path), manager)).toMatchObject({
      response: { status: 404, body: { message: 'page not found' } },
    });
  for (const [method, path] of [
    ['PUT', '/services/x'],
    ['POST', '/services/x'],
    ['DELETE', '/services'],
    ['POST', '/nodes'],
    ['DELETE', '/tasks/x'],
    ['GET', '/swarm/x'],
  ] as const)
    expect(leader.ask(method, path)).toMatchObject({
      status: 404,
      body: { message: 'page not found' },
    });
});
