import { expect, test } from '@jest/globals';
import type { ServiceSpec } from '../store/objects.ts';
import { SmallLeader } from './testing/leader.ts';

const busy = (): SmallLeader => {
  const leader = new SmallLeader();
  leader.addNode('w1', 'worker');
  leader.write((transaction) => {
    for (const Name of ['web', 'db'])
      transaction.create('service', {
        ID: `service-${Name}`,
        Spec: { Name, Labels: { name: Name }, TaskTemplate: { ContainerSpec: { Image: 'x' } } },
      });
  });
  leader.addTask({ ID: 'task-1', ServiceID: 'service-web', NodeID: 'node-w1', Slot: 1 });
  leader.addTask({
    ID: 'task-2',
    ServiceID: 'service-web',
    NodeID: 'node-m1',
    Slot: 2,
    DesiredState: 'shutdown',
  });
  leader.addTask({
    ID: 'task-3',
    ServiceID: 'service-db',
    NodeID: 'node-w1',
    Slot: 0,
    Spec: { ContainerSpec: { Image: 'old' } },
  });
  return leader;
};

const ids = (leader: SmallLeader, filters: object): unknown => {
  const query = `filters=${encodeURIComponent(JSON.stringify(filters))}`;
  return (leader.ask('GET', `/tasks?${query}`).body as readonly { readonly ID: string }[]).map(
    ({ ID }) => ID,
  );
};

const placed = (...Constraints: readonly string[]): Partial<ServiceSpec> => ({
  TaskTemplate: { ContainerSpec: { Image: 'x' }, Placement: { Constraints } },
});

test.each<[object, readonly string[]]>([
  [{}, ['task-1', 'task-2', 'task-3']],
  [{ service: ['web'] }, ['task-1', 'task-2']],
  [{ service: ['service-d'] }, ['task-3']],
  [{ service: ['web', 'db'], node: ['w1'] }, ['task-1', 'task-3']],
  [{ node: ['w1'] }, ['task-1', 'task-3']],
  [{ 'desired-state': ['running'] }, ['task-1', 'task-3']],
  [{ 'desired-state': ['Shutdown'], service: ['web'] }, ['task-2']],
  [{ name: ['web.1', 'db.node'] }, ['task-1', 'task-3']],
  [{ id: ['task-2'] }, ['task-2']],
  [{ label: ['name=db'] }, ['task-3']],
  [{ '_up-to-date': ['true'] }, ['task-1', 'task-2']],
  [{ runtime: ['plugin'] }, []],
])('the filter %j shows %j', (filters, expected) => {
  expect(ids(busy(), filters)).toEqual(expected);
});

test.each<[string, Partial<ServiceSpec>, readonly string[]]>([
  ['everywhere', placed('node.labels.zone != b'), ['task-1', 'task-2']],
  ['only where the node meets them', placed('node.role == worker'), ['task-1']],
  ['nowhere', placed('node.role == nobody'), []],
  ['nowhere', { EndpointSpec: { Ports: [{ TargetPort: 80, PublishedPort: 8080 }] } }, []],
])('tasks stay up to date %s after a change to %j', (_where, change, expected) => {
  const leader = busy();
  leader.write((transaction) => {
    const web = transaction.service('service-web');
    if (web === undefined) return;
    transaction.update('service', { ...web, Spec: { ...web.Spec, ...change } }, undefined);
  });
  expect(ids(leader, { '_up-to-date': ['true'] })).toEqual(expected);
});

test.each<[string, number, string]>([
  ['{"service":["nothing"]}', 404, 'service nothing not found'],
  ['{"node":["nothing"]}', 404, 'node nothing not found'],
  ['{"desired-state":["sleeping"]}', 400, "invalid desired-state filter: 'sleeping'"],
  ['{"colour":["red"]}', 400, "invalid filter 'colour'"],
])('the filter %s is refused', (filters, status, message) => {
  const target = `/tasks?filters=${encodeURIComponent(filters)}`;
  expect(busy().ask('GET', target)).toMatchObject({ status, body: { message } });
});

test('a task is found by id, name or the beginning of its id, and shown without what is internal', () => {
  const leader = busy();
  const { body } = leader.ask('GET', '/tasks/web.1.task-1');
  expect(body).toEqual({
    ID: 'task-1',
    Version: { Index: expect.any(Number) },
    CreatedAt: '2026-11-24T00:00:00.000Z',
    UpdatedAt: '2026-11-24T00:00:00.000Z',
    Labels: {},
    Spec: { ContainerSpec: { Image: 'x' } },
    ServiceID: 'service-web',
    Slot: 1,
    NodeID: 'node-w1',
    Status: { Timestamp: '2026-11-24T00:00:00.000Z', State: 'running', Message: 'started' },
    DesiredState: 'running',
  });
  expect(leader.ask('GET', '/tasks/task-3').body).not.toHaveProperty('Slot');
  expect(leader.ask('GET', '/tasks/task')).toMatchObject({
    status: 400,
    body: { message: 'task task is ambiguous (3 matches found)' },
  });
  expect(leader.ask('GET', '/tasks/x')).toMatchObject({
    status: 404,
    body: { message: 'task x not found' },
  });
});
