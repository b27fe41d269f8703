import { expect, test } from '@jest/globals';
import { decide } from './route.ts';
import { requestOf } from './testing/leader.ts';
import { manager, outside } from './testing/locals.ts';

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

test('a new cluster cannot be forced, and the node says so in a swarm as well', () => {
  const request = requestOf('POST', '/swarm/init', {
    ListenAddr: '0.0.0.0:2377',
    ForceNewCluster: true,
  });
  for (const local of [manager, outside])
    expect(decide(request, local)).toMatchObject({ type: 'reply', response: { status: 501 } });
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
