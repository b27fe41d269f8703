import { expect, test } from '@jest/globals';
import type { Json } from './seam.ts';
import { SmallLeader } from './testing/leader.ts';

const three = (reachable = true): SmallLeader => {
  const leader = new SmallLeader();
  leader.addNode('m2', 'manager');
  leader.addNode('m3', 'manager', reachable);
  leader.addNode('w1', 'worker');
  return leader;
};
const specOf = (change: object = {}): Json => ({
  Role: 'manager',
  Availability: 'active',
  ...change,
});
const update = (leader: SmallLeader, name: string, change: object, version?: number) => {
  const index = version ?? leader.store.node(`node-${name}`)?.Version.Index ?? 0;
  return leader.ask('POST', `/nodes/node-${name}/update?version=${index}`, specOf(change));
};

test('a node is shown with what the leader sees of it as a manager, and without what is internal', () => {
  const leader = three(false);
  const shown = (name: string) => leader.ask('GET', `/nodes/${name}`).body;
  expect(shown('m1')).toMatchObject({
    ManagerStatus: { Leader: true, Reachability: 'reachable', Addr: 'm1:2377' },
  });
  expect(shown('m2')).toMatchObject({
    ManagerStatus: { Reachability: 'reachable', Addr: 'm2:2377' },
  });
  expect(shown('m3')).toMatchObject({ ManagerStatus: { Reachability: 'unreachable' } });
  expect(Object.keys(shown('w1') as object)).toEqual([
    'ID',
    'Version',
    'CreatedAt',
    'UpdatedAt',
    'Spec',
    'Description',
    'Status',
  ]);
});

test('lists are filtered by role, name, label and membership', () => {
  const leader = three();
  const names = (filters: object): unknown => {
    const query = `filters=${encodeURIComponent(JSON.stringify(filters))}`;
    const { body } = leader.ask('GET', `/nodes?${query}`);
    return (body as readonly { readonly Description: { readonly Hostname: string } }[]).map(
      ({ Description }) => Description.Hostname,
    );
  };
  expect(names({})).toEqual(['m1', 'm2', 'm3', 'w1']);
  expect(names({ role: ['worker'] })).toEqual(['w1']);
  expect(names({ role: ['manager'], name: ['m2', 'w'] })).toEqual(['m2']);
  expect(names({ id: ['node-m'] })).toEqual(['m1', 'm2', 'm3']);
  expect(names({ membership: ['pending'] })).toEqual([]);
  update(leader, 'm2', { Labels: { zone: 'a' } });
  expect(names({ 'node.label': ['zone=a'] })).toEqual(['m2']);
});

test.each<[string, string]>([
  ['{"role":["boss"]}', "invalid role filter: 'boss'"],
  ['{"membership":["maybe"]}', "invalid membership filter: 'maybe'"],
  ['{"colour":["red"]}', "invalid filter 'colour'"],
])('the filter %s is refused', (filters, message) => {
  const target = `/nodes?filters=${encodeURIComponent(filters)}`;
  expect(three().ask('GET', target)).toMatchObject({ status: 400, body: { message } });
});

test.each<[string, Json, string]>([
  ['no role', { Availability: 'active' }, 'invalid Role: ""'],
  ['an unknown role', specOf({ Role: 'boss' }), 'invalid Role: "boss"'],
  ['no availability', { Role: 'worker' }, 'invalid Availability: ""'],
  [
    'labels that are none',
    specOf({ Labels: 5 }),
    'invalid JSON: json: cannot unmarshal number into Go struct field NodeSpec.Labels of type map[string]string',
  ],
  [
    'a role that is none',
    specOf({ Role: 5 }),
    'invalid JSON: json: cannot unmarshal number into Go struct field NodeSpec.Role of type swarm.NodeRole',
  ],
])('an update with %s is refused', (_case, body, message) => {
  expect(three().ask('POST', '/nodes/m2/update?version=1', body)).toMatchObject({
    status: 400,
    body: { message },
  });
});

test('an update without a version, of a node that is not there, or from an old version is refused', () => {
  const leader = three();
  expect(leader.ask('POST', '/nodes/m2/update', specOf())).toMatchObject({
    status: 400,
    body: { message: `invalid node version '': strconv.ParseUint: parsing "": invalid syntax` },
  });
  expect(leader.ask('POST', '/nodes/m9/update?version=1', specOf())).toMatchObject({
    status: 404,
    body: { message: 'node m9 not found' },
  });
  expect(update(leader, 'm2', {}, 1)).toMatchObject({
    status: 500,
    body: { message: 'rpc error: code = Unknown desc = update out of sequence' },
  });
});

test('a promotion changes the role at once, a demotion only what is desired', () => {
  const leader = three();
  expect(update(leader, 'w1', { Role: 'manager' }).status).toBe(200);
  expect(leader.store.node('node-w1')).toMatchObject({
    role: 'manager',
    Spec: { Role: 'manager' },
  });
  expect(update(leader, 'm2', { Role: 'worker' }).status).toBe(200);
  expect(leader.store.node('node-m2')).toMatchObject({ role: 'manager', Spec: { Role: 'worker' } });
});

const precondition = (text: string) => ({
  status: 400,
  body: { message: `rpc error: code = FailedPrecondition desc = ${text}` },
});

test('the last manager stays one, and so do those whose quorum it would cost', () => {
  expect(update(new SmallLeader(), 'm1', { Role: 'worker' })).toMatchObject(
    precondition('attempting to demote the last manager of the swarm'),
  );
  const lossOfQuorum = precondition(
    "can't remove member from the raft: this would result in a loss of quorum",
  );
  // The check comes before that of the version.
  expect(update(three(false), 'm2', { Role: 'worker' }, 1)).toMatchObject(lossOfQuorum);
  expect(update(three(false), 'm3', { Role: 'worker' }).status).toBe(200);
  // Two demotions at once do not pass together.
  const leader = three();
  expect(update(leader, 'm2', { Role: 'worker' }).status).toBe(200);
  expect(update(leader, 'm3', { Role: 'worker' })).toMatchObject(lossOfQuorum);
  // Unless it is of no use where it is.
  leader.active = leader.active.filter((id) => id !== 'raft-m3');
  expect(update(leader, 'm3', { Role: 'worker' }).status).toBe(200);
});

test('of two managers one can be demoted, not both at once', () => {
  const leader = new SmallLeader();
  leader.addNode('m2', 'manager');
  expect(update(leader, 'm2', { Role: 'worker' }).status).toBe(200);
  expect(update(leader, 'm1', { Role: 'worker' })).toMatchObject(
    precondition('attempting to demote the last manager of the swarm'),
  );
});

test('a manager that Raft does not know cannot be demoted', () => {
  const leader = three();
  leader.members = leader.members.filter(({ nodeId }) => nodeId !== 'node-m3');
  expect(update(leader, 'm3', { Role: 'worker' })).toMatchObject({
    status: 404,
    body: { message: "rpc error: code = NotFound desc = can't find manager in raft memberlist" },
  });
});

test('a node is removed when it is down, or by force; a member of Raft never', () => {
  const leader = three();
  expect(leader.ask('DELETE', '/nodes/w1')).toMatchObject(
    precondition("node node-w1 is not down and can't be removed"),
  );
  expect(leader.ask('DELETE', '/nodes/m2?force=1')).toMatchObject(
    precondition(
      'node node-m2 is a cluster manager and is a member of the raft cluster. It must be demoted to worker before removal',
    ),
  );
  const service = leader.ask('POST', '/services/create', {
    Name: 'web',
    TaskTemplate: { ContainerSpec: { Image: 'schism/echo' } },
  });
  const ServiceID = (service.body as { readonly ID: string }).ID;
  leader.addTask({ ID: 't1', ServiceID, NodeID: 'node-w1' });
  leader.addTask({
    ID: 't2',
    ServiceID,
    NodeID: 'node-w1',
    Status: { Timestamp: '', State: 'failed', Message: 'x' },
  });
  expect(leader.ask('DELETE', '/nodes/w1?force=true').status).toBe(200);
  expect(leader.store.node('node-w1')).toBeUndefined();
  expect(leader.store.cluster?.removedNodes).toEqual(['node-w1']);
  expect(leader.store.task('t1')?.Status).toMatchObject({
    State: 'orphaned',
    Message: 'Task belonged to a node that has been deleted',
  });
  expect(leader.store.task('t2')?.Status.State).toBe('failed');
});

test('a node whose demotion is under way can be removed', () => {
  const leader = three();
  expect(update(leader, 'm3', { Role: 'worker' }).status).toBe(200);
  expect(leader.ask('DELETE', '/nodes/m3?force=1').status).toBe(200);
});

test('a host name may be ambiguous', () => {
  const leader = three();
  leader.write((transaction) => {
    const node = transaction.node('node-w1');
    if (node !== undefined) transaction.create('node', { ...node, ID: 'node-w2' });
  });
  expect(leader.ask('GET', '/nodes/w1')).toMatchObject({
    status: 400,
    body: { message: 'node w1 is ambiguous (2 matches found)' },
  });
});
