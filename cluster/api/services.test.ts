import { expect, test } from '@jest/globals';
import type { Json } from './seam.ts';
import { SmallLeader } from './small/leader.ts';

type Fields = Readonly<Record<string, unknown>>;
const spec = (change: Fields = {}): Json => ({
  Name: 'web',
  TaskTemplate: { ContainerSpec: { Image: 'schism/echo' } },
  ...change,
});
const task = (change: Fields): Json =>
  spec({ TaskTemplate: { ContainerSpec: { Image: 'schism/echo' }, ...change } });
const container = (change: Fields): Json =>
  spec({ TaskTemplate: { ContainerSpec: { Image: 'schism/echo', ...change } } });

const created = (leader: SmallLeader, body: Json = spec()): string => {
  const response = leader.ask('POST', '/services/create', body);
  expect(response.status).toBe(201);
  return (response.body as { readonly ID: string }).ID;
};
const versionOf = (leader: SmallLeader, id: string): number =>
  leader.store.service(id)?.Version.Index ?? 0;

const invalid = (text: string): string => `rpc error: code = InvalidArgument desc = ${text}`;

test.each<[string, Json, number, string]>([
  ['a bad name', spec({ Name: 'a b' }), 400, invalid('name must be valid as a DNS name component')],
  [
    'a name that ends in a dash',
    spec({ Name: 'a-' }),
    400,
    invalid('name must be valid as a DNS name component'),
  ],
  [
    'a long name',
    spec({ Name: 'a'.repeat(64) }),
    400,
    invalid('name must be 63 characters or fewer'),
  ],
  [
    'too little processor',
    task({ Resources: { Limits: { NanoCPUs: 1 } } }),
    400,
    invalid('invalid cpu value 1e-9: Must be at least 0.001'),
  ],
  [
    'too little memory',
    task({ Resources: { Reservations: { MemoryBytes: 1 } } }),
    400,
    invalid('invalid memory value 1: Must be at least 4MiB'),
  ],
  [
    'a negative delay',
    task({ RestartPolicy: { Delay: -1 } }),
    400,
    invalid('TaskSpec: restart-delay cannot be negative'),
  ],
  [
    'a negative window',
    task({ RestartPolicy: { Window: -1 } }),
    400,
    invalid('TaskSpec: restart-window cannot be negative'),
  ],
  [
    'an unknown condition',
    task({ RestartPolicy: { Condition: 'never' } }),
    400,
    'invalid RestartCondition: "never"',
  ],
  [
    'a constraint without operator',
    task({ Placement: { Constraints: ['node.id'] } }),
    400,
    invalid('constraint expected one operator from ==, !='),
  ],
  [
    'a constraint without key',
    task({ Placement: { Constraints: ['==x'] } }),
    400,
    invalid("key '' is invalid"),
  ],
  [
    'a constraint without value',
    task({ Placement: { Constraints: ['node.id=='] } }),
    400,
    invalid("value '' is invalid"),
  ],
  ['no container', spec({ TaskTemplate: {} }), 400, 'mismatched Runtime and *Spec fields'],
  [
    'no image',
    container({ Image: '' }),
    400,
    invalid('ContainerSpec: image reference must be provided'),
  ],
  [
    'a bad image',
    container({ Image: 'UP' }),
    400,
    invalid('ContainerSpec: "UP" is not a valid repository/tag'),
  ],
  [
    'one mount point twice',
    container({ Mounts: [{ Target: '/a' }, { Target: '/a' }] }),
    400,
    invalid('ContainerSpec: duplicate mount point: /a'),
  ],
  [
    'a plugin',
    task({ Runtime: 'plugin', PluginSpec: {} }),
    501,
    'rpc error: code = Unimplemented desc = RuntimeSpec: unimplemented runtime in service spec',
  ],
  [
    'a plugin that is none',
    task({ Runtime: 'plugin' }),
    400,
    'mismatched Runtime and *Spec fields',
  ],
  ['a runtime of nobody', task({ Runtime: 'attachment' }), 400, 'unsupported runtime'],
  [
    'two modes',
    spec({ Mode: { Replicated: {}, Global: {} } }),
    400,
    'must specify only one service mode',
  ],
  [
    'a negative update delay',
    spec({ UpdateConfig: { Delay: -1 } }),
    400,
    invalid('TaskSpec: update-delay cannot be negative'),
  ],
  [
    'a negative monitor',
    spec({ UpdateConfig: { Monitor: -1 } }),
    400,
    invalid('TaskSpec: update-monitor cannot be negative'),
  ],
  [
    'a ratio above one',
    spec({ UpdateConfig: { MaxFailureRatio: 1.5 } }),
    400,
    invalid('TaskSpec: update-maxfailureratio cannot be less than 0 or bigger than 1'),
  ],
  [
    'an unknown failure action',
    spec({ UpdateConfig: { FailureAction: 'foo' } }),
    400,
    'unrecognized update failure action foo',
  ],
  [
    'an unknown failure action of its rollback',
    spec({ RollbackConfig: { FailureAction: 'foo' } }),
    400,
    'unrecognized update failure action foo',
  ],
  [
    'an unknown update order',
    spec({ UpdateConfig: { Order: 'foo' } }),
    400,
    'unrecognized update order foo',
  ],
  [
    'an unknown rollback order',
    spec({ RollbackConfig: { Order: 'foo' } }),
    400,
    'unrecognized update order foo',
  ],
  [
    'an unknown endpoint mode',
    spec({ EndpointSpec: { Mode: 'foo' } }),
    400,
    'invalid resolution mode: "foo"',
  ],
  [
    'a mistake of the engine’s and one of SwarmKit’s',
    spec({ Name: 'a b', UpdateConfig: { Order: 'foo' } }),
    400,
    'unrecognized update order foo',
  ],
  [
    'ingress without a virtual address',
    spec({ EndpointSpec: { Mode: 'dnsrr', Ports: [{ PublishedPort: 80 }] } }),
    400,
    invalid("EndpointSpec: port published with ingress mode can't be used with dnsrr mode"),
  ],
  [
    'one port twice',
    spec({ EndpointSpec: { Ports: [{ PublishedPort: 80 }, { PublishedPort: 80 }] } }),
    400,
    invalid('EndpointSpec: duplicate published ports provided'),
  ],
])('a service with %s is refused', (_case, body, status, message) => {
  const leader = new SmallLeader();
  expect(leader.ask('POST', '/services/create', body)).toMatchObject({ status, body: { message } });
  expect(leader.store.services()).toEqual([]);
});

/** Asked of an engine 20.10.24, which does not say `invalid JSON: ` yet. */
test.each<[unknown, string]>([
  [[], 'array into Go value of type swarm.ServiceSpec'],
  ['web', 'string into Go value of type swarm.ServiceSpec'],
  [{ Name: 5 }, 'number into Go struct field ServiceSpec.Name of type string'],
  [{ Labels: 5 }, 'number into Go struct field ServiceSpec.Labels of type map[string]string'],
  [{ Labels: { a: 1 } }, 'number into Go struct field ServiceSpec.Labels of type string'],
  [
    { Mode: { Replicated: { Replicas: -1 } } },
    'number -1 into Go struct field ReplicatedService.Mode.Replicated.Replicas of type uint64',
  ],
  [
    { Mode: { Replicated: { Replicas: '1' } } },
    'string into Go struct field ReplicatedService.Mode.Replicated.Replicas of type uint64',
  ],
  [{ Mode: 5 }, 'number into Go struct field ServiceSpec.Mode of type swarm.ServiceMode'],
  [
    { Mode: { Replicated: 5 } },
    'number into Go struct field ServiceMode.Mode.Replicated of type swarm.ReplicatedService',
  ],
  [
    { Mode: { Global: 5 } },
    'number into Go struct field ServiceMode.Mode.Global of type swarm.GlobalService',
  ],
  [
    { UpdateConfig: { Parallelism: -1 } },
    'number -1 into Go struct field UpdateConfig.UpdateConfig.Parallelism of type uint64',
  ],
  [
    { UpdateConfig: { MaxFailureRatio: 'a' } },
    'string into Go struct field UpdateConfig.UpdateConfig.MaxFailureRatio of type float32',
  ],
  [
    { RollbackConfig: { Order: 5 } },
    'number into Go struct field UpdateConfig.RollbackConfig.Order of type string',
  ],
  [
    { RollbackConfig: { Delay: 1.5 } },
    'number 1.5 into Go struct field UpdateConfig.RollbackConfig.Delay of type time.Duration',
  ],
  [
    { TaskTemplate: 5 },
    'number into Go struct field ServiceSpec.TaskTemplate of type swarm.TaskSpec',
  ],
  [
    { TaskTemplate: { Runtime: 5 } },
    'number into Go struct field TaskSpec.TaskTemplate.Runtime of type swarm.RuntimeType',
  ],
  [
    { TaskTemplate: { Resources: { Limits: 5 } } },
    'number into Go struct field ResourceRequirements.TaskTemplate.Resources.Limits of type swarm.Limit',
  ],
  [
    { TaskTemplate: { Resources: { Limits: { NanoCPUs: 'a' } } } },
    'string into Go struct field Limit.TaskTemplate.Resources.Limits.NanoCPUs of type int64',
  ],
  [
    { TaskTemplate: { RestartPolicy: { MaxAttempts: -1 } } },
    'number -1 into Go struct field RestartPolicy.TaskTemplate.RestartPolicy.MaxAttempts of type uint64',
  ],
  [
    { TaskTemplate: { RestartPolicy: { Condition: 5 } } },
    'number into Go struct field RestartPolicy.TaskTemplate.RestartPolicy.Condition of type swarm.RestartPolicyCondition',
  ],
  [
    { TaskTemplate: { RestartPolicy: { Window: true } } },
    'bool into Go struct field RestartPolicy.TaskTemplate.RestartPolicy.Window of type time.Duration',
  ],
  [
    { TaskTemplate: { Placement: { MaxReplicas: -1 } } },
    'number -1 into Go struct field Placement.TaskTemplate.Placement.MaxReplicas of type uint64',
  ],
  [
    { TaskTemplate: { Placement: { Constraints: 5 } } },
    'number into Go struct field Placement.TaskTemplate.Placement.Constraints of type []string',
  ],
  [
    { TaskTemplate: { Placement: { Constraints: [5] } } },
    'number into Go struct field Placement.TaskTemplate.Placement.Constraints of type string',
  ],
  [
    { TaskTemplate: { Placement: { Preferences: 5 } } },
    'number into Go struct field Placement.TaskTemplate.Placement.Preferences of type []swarm.PlacementPreference',
  ],
  [
    { TaskTemplate: { Placement: { Preferences: [5] } } },
    'number into Go struct field Placement.TaskTemplate.Placement.Preferences of type swarm.PlacementPreference',
  ],
  [
    { TaskTemplate: { Placement: { Preferences: [{ Spread: { SpreadDescriptor: 5 } }] } } },
    'number into Go struct field SpreadOver.TaskTemplate.Placement.Preferences.Spread.SpreadDescriptor of type string',
  ],
  [
    { TaskTemplate: { ContainerSpec: { Args: ['a', 1] } } },
    'number into Go struct field ContainerSpec.TaskTemplate.ContainerSpec.Args of type string',
  ],
  [
    { TaskTemplate: { ContainerSpec: { Mounts: [{ Target: 5 }] } } },
    'number into Go struct field Mount.TaskTemplate.ContainerSpec.Mounts.Target of type string',
  ],
  [
    { EndpointSpec: { Mode: 5 } },
    'number into Go struct field EndpointSpec.EndpointSpec.Mode of type swarm.ResolutionMode',
  ],
  [
    { EndpointSpec: { Ports: [5] } },
    'number into Go struct field EndpointSpec.EndpointSpec.Ports of type swarm.PortConfig',
  ],
  [
    { EndpointSpec: { Ports: [{ PublishedPort: -1 }] } },
    'number -1 into Go struct field PortConfig.EndpointSpec.Ports.PublishedPort of type uint32',
  ],
  [
    { EndpointSpec: { Ports: [{ PublishMode: 5 }] } },
    'number into Go struct field PortConfig.EndpointSpec.Ports.PublishMode of type swarm.PortConfigPublishMode',
  ],
])('the service %j is refused in the words of the engine’s decoder', (body, message) => {
  const leader = new SmallLeader();
  expect(leader.ask('POST', '/services/create', body as Json)).toMatchObject({
    status: 400,
    body: { message: `invalid JSON: json: cannot unmarshal ${message}` },
  });
});

test.each([
  'nginx',
  'nginx:1.2',
  'schism/echo',
  'localhost:5000/a/b_c:tag',
  `a@sha256:${'0'.repeat(64)}`,
])('the image %s is a valid one', (Image) => {
  created(new SmallLeader(), container({ Image }));
});

test.each<[string, Json]>([
  ['an empty name', spec({ Name: '' })],
  ['no name', { TaskTemplate: { ContainerSpec: { Image: 'schism/echo' } } }],
])('a service with %s gets one, and each gets its own', (_case, body) => {
  const leader = new SmallLeader();
  const ids = [created(leader, body), created(leader, body)];
  const names = ids.map((id) => leader.store.service(id)?.Spec.Name);
  expect(new Set(names).size).toBe(2);
  for (const name of names) expect(name).toMatch(/^[a-z]+_[a-z]+\d*$/);
});

test('a name is taken once', () => {
  const leader = new SmallLeader();
  created(leader);
  expect(leader.ask('POST', '/services/create', spec())).toMatchObject({
    status: 409,
    body: {
      message:
        'rpc error: code = AlreadyExists desc = name conflicts with an existing object: service web already exists',
    },
  });
});

test('a published port belongs to one service; host ports may be shared', () => {
  const leader = new SmallLeader();
  const publishing = (Name: string, PublishMode: string): Json =>
    spec({ Name, EndpointSpec: { Ports: [{ PublishedPort: 80, PublishMode }] } });
  const id = created(leader, publishing('a', 'ingress'));
  const conflict = {
    status: 400,
    body: {
      message: invalid(`port '80' is already in use by service 'a' (${id}) as an ingress port`),
    },
  };
  expect(leader.ask('POST', '/services/create', publishing('b', 'ingress'))).toMatchObject(
    conflict,
  );
  expect(leader.ask('POST', '/services/create', publishing('b', 'host'))).toMatchObject(conflict);
  expect(leader.ask('DELETE', '/services/a').status).toBe(200);
  const host = created(leader, publishing('a', 'host'));
  created(leader, publishing('b', 'host'));
  expect(leader.ask('POST', '/services/create', publishing('c', 'ingress'))).toMatchObject({
    body: {
      message: invalid(
        `port '80' is already in use by service 'a' (${host}) as a host-published port`,
      ),
    },
  });
});

test('a service is shown as it was given, with its mode, and without what is internal', () => {
  const leader = new SmallLeader();
  const id = created(
    leader,
    spec({ Labels: { a: 'b' }, Extra: null, UpdateConfig: { Parallelism: 2 } }),
  );
  const { status, body } = leader.ask('GET', `/services/${id}`);
  expect(status).toBe(200);
  expect(body).toEqual({
    ID: id,
    Version: { Index: expect.any(Number) },
    CreatedAt: '2026-11-24T00:00:00.000Z',
    UpdatedAt: '2026-11-24T00:00:00.000Z',
    Spec: {
      Name: 'web',
      Labels: { a: 'b' },
      TaskTemplate: { ContainerSpec: { Image: 'schism/echo' } },
      Mode: { Replicated: { Replicas: 1 } },
      UpdateConfig: { Parallelism: 2 },
    },
    Endpoint: { Spec: {} },
  });
});

test('what is published is kept and shown with its protocol and mode, as the engine reads it', () => {
  const leader = new SmallLeader();
  const Ports = [
    { TargetPort: 80, PublishedPort: 8080, Protocol: 'TCP' },
    { TargetPort: 53, Protocol: 'udp', PublishMode: 'host', Name: '' },
    { TargetPort: 81, PublishedPort: 0, Protocol: 'icmp', PublishMode: 'nowhere' },
  ];
  const shown = [
    { Protocol: 'tcp', TargetPort: 80, PublishedPort: 8080, PublishMode: 'ingress' },
    { Protocol: 'udp', TargetPort: 53, PublishMode: 'host' },
    { Protocol: 'tcp', TargetPort: 81, PublishMode: 'ingress' },
  ];
  const id = created(leader, spec({ EndpointSpec: { Ports } }));
  expect(leader.ask('GET', `/services/${id}`).body).toMatchObject({
    Spec: { EndpointSpec: { Mode: 'vip', Ports: shown } },
    Endpoint: { Spec: { Mode: 'vip', Ports: shown } },
  });
  const plain = created(leader, spec({ Name: 'plain', EndpointSpec: { Ports: [] } }));
  expect(leader.ask('GET', `/services/${plain}`).body).toMatchObject({
    Spec: { EndpointSpec: { Mode: 'vip' } },
  });
});

test('the ports that a service got are shown, stay with it, and are nobody else’s', () => {
  const leader = new SmallLeader();
  const publishing = (port: Fields): Fields => ({ EndpointSpec: { Ports: [port] } });
  const id = created(leader, spec(publishing({ TargetPort: 80 })));
  // As the allocator does it.
  const ports = [
    { Protocol: 'tcp', PublishMode: 'ingress', TargetPort: 80, PublishedPort: 30_000 },
  ];
  leader.write((transaction) => {
    const service = transaction.service(id);
    if (service !== undefined) transaction.update('service', { ...service, ports }, undefined);
  });
  const shown = (): Json => leader.ask('GET', `/services/${id}`).body ?? null;
  expect(shown()).toMatchObject({ Endpoint: { Ports: ports } });
  expect(shown()).not.toHaveProperty('ports');
  for (const PublishMode of ['ingress', 'host']) {
    const taken = spec({ Name: 'b', ...publishing({ PublishedPort: 30_000, PublishMode }) });
    expect(leader.ask('POST', '/services/create', taken)).toMatchObject({
      status: 400,
      body: {
        message: invalid(
          `port '30000' is already in use by service 'web' (${id}) as an ingress port`,
        ),
      },
    });
  }
  const update = `/services/${id}/update?version=${String(versionOf(leader, id))}`;
  const same = spec({ ...publishing({ TargetPort: 80 }), Labels: { a: 'b' } });
  expect(leader.ask('POST', update, same).status).toBe(200);
  expect(shown()).toMatchObject({ Endpoint: { Ports: ports } });
});

test('defaults are filled in where they are asked for', () => {
  const leader = new SmallLeader();
  const id = created(leader, spec({ UpdateConfig: { Parallelism: 2 } }));
  expect(leader.ask('GET', `/services/${id}?insertDefaults=true`).body).toMatchObject({
    Spec: {
      TaskTemplate: {
        ContainerSpec: { Image: 'schism/echo', StopGracePeriod: 10_000_000_000 },
        RestartPolicy: { Condition: 'any', Delay: 500_000_000 },
      },
      UpdateConfig: { Parallelism: 2, FailureAction: 'pause', Order: 'stop-first' },
    },
  });
  expect(leader.ask('GET', `/services/${id}?insertDefaults=maybe`)).toMatchObject({
    status: 400,
    body: {
      message:
        'invalid value for insertDefaults: maybe: strconv.ParseBool: parsing "maybe": invalid syntax',
    },
  });
});

test('an update names the version it is based on, and keeps the spec before it', () => {
  const leader = new SmallLeader();
  const id = created(leader);
  const version = versionOf(leader, id);
  const next = spec({ Mode: { Replicated: { Replicas: 3 } } });
  expect(leader.ask('POST', `/services/web/update?version=${version}`, next)).toMatchObject({
    status: 200,
    body: { Warnings: null },
  });
  expect(versionOf(leader, id)).toBeGreaterThan(version);
  expect(leader.ask('POST', `/services/${id}/update?version=${version}`, next)).toMatchObject({
    status: 500,
    body: { message: 'rpc error: code = Unknown desc = update out of sequence' },
  });
  expect(leader.ask('GET', '/services/web').body).toMatchObject({
    Spec: { Mode: { Replicated: { Replicas: 3 } } },
    PreviousSpec: { Mode: { Replicated: { Replicas: 1 } } },
  });
  const again = versionOf(leader, id);
  leader.ask('POST', `/services/web/update?version=${again}&rollback=previous`, next);
  expect(leader.ask('GET', '/services/web').body).toMatchObject({
    Spec: { Mode: { Replicated: { Replicas: 1 } } },
    PreviousSpec: { Mode: { Replicated: { Replicas: 3 } } },
  });
});

test.each<[string, string, Json, number, string]>([
  [
    'no version',
    '',
    spec(),
    400,
    `invalid service version '': strconv.ParseUint: parsing "": invalid syntax`,
  ],
  [
    'a version that is none',
    '?version=-1',
    spec(),
    400,
    `invalid service version '-1': strconv.ParseUint: parsing "-1": invalid syntax`,
  ],
  [
    'another mode',
    '?version=1',
    spec({ Mode: { Global: {} } }),
    501,
    'rpc error: code = Unimplemented desc = service mode change is not allowed',
  ],
  [
    'another name',
    '?version=1',
    spec({ Name: 'other' }),
    501,
    'rpc error: code = Unimplemented desc = renaming services is not supported',
  ],
  [
    'a rollback to nothing',
    '?version=1&rollback=previous',
    spec(),
    400,
    'rpc error: code = FailedPrecondition desc = service ID does not have a previous spec',
  ],
  [
    'an unknown rollback',
    '?version=1&rollback=twice',
    spec(),
    400,
    'unrecognized rollback option twice',
  ],
  [
    'no name',
    '?version=1',
    spec({ Name: '' }),
    501,
    'rpc error: code = Unimplemented desc = renaming services is not supported',
  ],
  [
    'a spec that is none',
    '?version=1',
    spec({ Name: 'a b' }),
    400,
    invalid('name must be valid as a DNS name component'),
  ],
])('an update with %s is refused', (_case, query, body, status, message) => {
  const leader = new SmallLeader();
  const id = created(leader);
  expect(leader.ask('POST', `/services/${id}/update${query}`, body)).toMatchObject({
    status,
    body: { message: message.replace('ID', id) },
  });
});

test('what is not there is not found, whatever is asked of it', () => {
  const leader = new SmallLeader();
  const notFound = { status: 404, body: { message: 'service web not found' } };
  expect(leader.ask('GET', '/services/web')).toMatchObject(notFound);
  expect(leader.ask('DELETE', '/services/web')).toMatchObject(notFound);
  expect(leader.ask('POST', '/services/web/update?version=1', spec())).toMatchObject(notFound);
});

test('a service is found by id, by name, or by the beginning of an id that is nobody else’s', () => {
  const leader = new SmallLeader();
  leader.write((transaction) => {
    for (const [ID, Name] of [
      ['abc1', 'one'],
      ['abc2', 'abc'],
      ['def1', 'abc1'],
    ] as const)
      transaction.create('service', {
        ID,
        Spec: { Name, TaskTemplate: { ContainerSpec: { Image: 'x' } } },
      });
  });
  const idOf = (input: string) => leader.ask('GET', `/services/${input}`).body;
  expect(idOf('abc1')).toMatchObject({ ID: 'abc1' });
  expect(idOf('abc')).toMatchObject({ ID: 'abc2' });
  expect(idOf('de')).toMatchObject({ ID: 'def1' });
  expect(leader.ask('GET', '/services/ab')).toMatchObject({
    status: 400,
    body: { message: 'service ab is ambiguous (2 matches found)' },
  });
});

test('lists are filtered by or within a key and by and across keys', () => {
  const leader = new SmallLeader();
  created(leader, spec({ Name: 'web-1', Labels: { tier: 'front' } }));
  created(leader, spec({ Name: 'web-2', Labels: { tier: 'back', old: '' } }));
  created(leader, spec({ Name: 'db', Mode: { Global: {} } }));
  const names = (filters: Fields): unknown => {
    const query = `filters=${encodeURIComponent(JSON.stringify(filters))}`;
    const { body } = leader.ask('GET', `/services?${query}`);
    return (body as readonly { readonly Spec: { readonly Name: string } }[])
      .map(({ Spec }) => Spec.Name)
      .sort();
  };
  expect(names({})).toEqual(['db', 'web-1', 'web-2']);
  expect(names({ name: ['web', 'db'] })).toEqual(['db', 'web-1', 'web-2']);
  expect(names({ name: { web: true }, label: ['tier=back'] })).toEqual(['web-2']);
  expect(names({ label: ['tier', 'old'] })).toEqual(['web-2']);
  expect(names({ mode: ['global'] })).toEqual(['db']);
  expect(names({ runtime: ['plugin'] })).toEqual([]);
});

test.each<[string, string]>([
  ['[]', 'invalid filter'],
  ['nonsense', 'invalid filter'],
  ['{"name":5}', 'invalid filter'],
  ['{"colour":["red"]}', "invalid filter 'colour'"],
])('the filter %s is refused', (filters, message) => {
  const target = `/services?filters=${encodeURIComponent(filters)}`;
  expect(new SmallLeader().ask('GET', target)).toMatchObject({ status: 400, body: { message } });
});

test('the status of a service counts its tasks', () => {
  const leader = new SmallLeader();
  const web = created(leader, spec({ Mode: { Replicated: { Replicas: 3 } } }));
  const all = created(leader, spec({ Name: 'all', Mode: { Global: {} } }));
  leader.addTask({ ID: 't1', ServiceID: web });
  leader.addTask({ ID: 't2', ServiceID: web, DesiredState: 'shutdown' });
  leader.addTask({
    ID: 't3',
    ServiceID: all,
    Slot: 0,
    Status: { Timestamp: '', State: 'pending', Message: '' },
  });
  const { body } = leader.ask('GET', '/services?status=true');
  const statuses = (
    body as readonly { readonly ID: string; readonly ServiceStatus: unknown }[]
  ).map(({ ID, ServiceStatus }) => [ID, ServiceStatus]);
  expect(new Map(statuses as [string, unknown][])).toEqual(
    new Map([
      [web, { RunningTasks: 2, DesiredTasks: 3, CompletedTasks: 0 }],
      [all, { RunningTasks: 0, DesiredTasks: 1, CompletedTasks: 0 }],
    ]),
  );
});

test('a rollback by hand says so from the beginning, and any other update says nothing yet', () => {
  const leader = new SmallLeader();
  const id = created(leader);
  const next = spec({ Labels: { a: 'b' } });
  leader.ask('POST', `/services/web/update?version=${versionOf(leader, id)}`, next);
  const back = `/services/web/update?version=${versionOf(leader, id)}&rollback=previous`;
  expect(leader.ask('POST', back, next).status).toBe(200);
  expect(leader.ask('GET', '/services/web').body).toMatchObject({
    UpdateStatus: {
      State: 'rollback_started',
      StartedAt: '2026-11-24T00:00:00.000Z',
      Message: 'manually requested rollback',
    },
  });
  leader.ask('POST', `/services/web/update?version=${versionOf(leader, id)}`, next);
  expect(leader.ask('GET', '/services/web').body).not.toHaveProperty('UpdateStatus');
});

test('how a roll-out stands is shown, since `docker service update` waits for it', () => {
  const leader = new SmallLeader();
  const id = created(leader);
  const service = leader.store.service(id);
  if (service === undefined) throw new Error('it was just created');
  const UpdateStatus = {
    State: 'updating',
    StartedAt: '2026-11-24T00:00:00Z',
    Message: 'update in progress',
  } as const;
  leader.write((transaction) => {
    transaction.update('service', { ...service, UpdateStatus }, undefined);
  });
  expect(leader.ask('GET', `/services/${id}`).body).toMatchObject({ UpdateStatus });
});
