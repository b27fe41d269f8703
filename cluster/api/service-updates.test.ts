import { expect, test } from '@jest/globals';
import type { Json } from './seam.ts';
import { SmallLeader } from './testing/leader.ts';
import { created, invalid, spec, versionOf } from './testing/services.ts';

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
