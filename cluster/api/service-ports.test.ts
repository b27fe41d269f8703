import { expect, test } from '@jest/globals';
import type { Json } from './seam.ts';
import { SmallLeader } from './testing/leader.ts';
import { created, invalid, spec, versionOf, type Fields } from './testing/services.ts';

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
