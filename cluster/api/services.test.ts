import { expect, test } from '@jest/globals';
import type { Json } from './seam.ts';
import { SmallLeader } from './testing/leader.ts';
import { created, spec, type Fields } from './testing/services.ts';

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
