import { expect, test } from '@jest/globals';
import type { Json } from './seam.ts';
import { SmallLeader } from './testing/leader.ts';
import { created, invalid, spec, type Fields } from './testing/services.ts';

const task = (change: Fields): Json =>
  spec({ TaskTemplate: { ContainerSpec: { Image: 'schism/echo' }, ...change } });
const container = (change: Fields): Json =>
  spec({ TaskTemplate: { ContainerSpec: { Image: 'schism/echo', ...change } } });

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

test.each([
  'nginx',
  'nginx:1.2',
  'schism/echo',
  'localhost:5000/a/b_c:tag',
  `a@sha256:${'0'.repeat(64)}`,
])('the image %s is a valid one', (Image) => {
  created(new SmallLeader(), container({ Image }));
});
