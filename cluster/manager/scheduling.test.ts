import { describe, expect, test } from '@jest/globals';
import type { EndpointSpec, NodeObject, ServiceSpec } from '../store/objects.ts';
import { sampleNode } from '../store/testing/sample-objects.ts';
import { meetsConstraints, parseConstraints } from './constraints.ts';
import { settled } from './testing/services.ts';
import type { SmallSwarm } from './testing/swarm.ts';

const service = (
  count: number,
  Placement: ServiceSpec['TaskTemplate']['Placement'] = {},
  more: Partial<ServiceSpec['TaskTemplate']> = {},
): Partial<ServiceSpec> => ({
  Mode: { Replicated: { Replicas: count } },
  TaskTemplate: { ContainerSpec: { Image: 'schism/echo' }, Placement, ...more },
});

const perNode = (swarm: SmallSwarm, name: string): readonly number[] =>
  swarm.nodes.map(({ id }) => swarm.running(name).filter(({ NodeID }) => NodeID === id).length);

/** A settled swarm of these nodes, each with its `zone`. */
const zoned = (zones: Readonly<Record<string, string>>): SmallSwarm => {
  const swarm = settled(Object.keys(zones).length);
  for (const [id, zone] of Object.entries(zones)) swarm.updateNode(id, { Labels: { zone } });
  return swarm;
};

const spreadOver = (...labels: readonly string[]) =>
  labels.map((label) => ({ Spread: { SpreadDescriptor: `node.labels.${label}` } }));

const publishing = (PublishedPort: number, Protocol = 'tcp'): EndpointSpec => ({
  Ports: [{ PublishedPort, Protocol, TargetPort: 80, PublishMode: 'host' }],
});

const errors = (swarm: SmallSwarm, name: string): readonly (string | undefined)[] => [
  ...new Set(swarm.tasks(name).map(({ Status }) => Status.Err)),
];

describe('the scheduler', () => {
  test('spreads the tasks of a service over the nodes', () => {
    const swarm = settled(5);
    swarm.createService('web', service(10));
    swarm.run(1_000);
    expect(perNode(swarm, 'web')).toEqual([2, 2, 2, 2, 2]);
  });

  test('fills up the nodes with the fewest tasks where a service alone leaves it open', () => {
    const swarm = settled(4);
    swarm.createService('first', service(2));
    swarm.run(1_000);
    swarm.createService('second', service(2));
    swarm.run(1_000);
    const total = swarm.nodes.map(({ id }) => swarm.store.tasksOfNode(id).length);
    expect(total).toEqual([1, 1, 1, 1]);
  });

  test('moves nothing when a node comes', () => {
    const swarm = settled(3);
    swarm.createService('web', service(6));
    swarm.run(1_000);
    swarm.addNode();
    swarm.run(10_000);
    expect(perNode(swarm, 'web')).toEqual([2, 2, 2, 0]);
  });

  describe('of a node where a service keeps failing', () => {
    const crashing = { ContainerSpec: { Image: 'schism/crash' }, RestartPolicy: { Delay: 0 } };
    const Placement = { Constraints: ['node.id == node1'] };

    /** It has failed on the first node so far; another service keeps the second and the third one busy. */
    const failing = (): SmallSwarm => {
      const swarm = settled(3);
      swarm.createService('other', service(4, { Constraints: ['node.id != node1'] }));
      swarm.createService('web', service(1, Placement, crashing));
      swarm.run(3_000);
      return swarm;
    };

    test('puts it last', () => {
      const swarm = failing();
      const nodes: string[] = [];
      swarm.onExecution = (_task, node, runs) => {
        if (runs) nodes.push(node);
      };
      swarm.updateService('web', (spec) => ({ ...spec, ...service(1, {}, crashing) }));
      swarm.run(500);
      expect(nodes.at(-1)).not.toBe('node1');
    });

    test('holds it against no other spec', () => {
      const swarm = failing();
      swarm.updateService('web', (spec) => ({ ...spec, ...service(1) }));
      swarm.run(3_000);
      expect(perNode(swarm, 'web')).toEqual([1, 0, 0]);
    });
  });

  test.each<[string, Partial<ServiceSpec>, string]>([
    [
      'no node meets its constraints',
      service(1, { Constraints: ['node.labels.disk == ssd'] }),
      'no suitable node (scheduling constraints not satisfied on 2 nodes; 1 node not available for new tasks)',
    ],
    [
      'it may not run twice on a node',
      service(3, { MaxReplicas: 1 }),
      'no suitable node (max replicas per node limit exceed; 1 node not available for new tasks)',
    ],
    [
      'it needs another platform',
      service(1, { Platforms: [{ OS: 'windows', Architecture: 'x86_64' }] }),
      'no suitable node (unsupported platform on 2 nodes; 1 node not available for new tasks)',
    ],
    [
      'no node has that much left',
      service(1, {}, { Resources: { Reservations: { MemoryBytes: 5e9 } } }),
      'no suitable node (insufficient resources on 2 nodes; 1 node not available for new tasks)',
    ],
  ])('says why a task waits: %s', (_why, spec, error) => {
    const swarm = settled(3);
    swarm.updateNode('node3', { Availability: 'pause' });
    swarm.createService('web', spec);
    swarm.run(1_000);
    expect(errors(swarm, 'web')).toContain(error);
    const waiting = swarm.tasks('web').find(({ Status }) => Status.Err === error);
    expect(waiting?.Status).toMatchObject({
      State: 'pending',
      Message: 'pending task scheduling',
    });
  });

  test('counts what tasks reserve until they have stopped', () => {
    const swarm = settled(2);
    const big = { Resources: { Reservations: { NanoCPUs: 1.5e9 } } };
    swarm.createService('web', service(3, {}, big));
    swarm.run(1_000);
    expect(perNode(swarm, 'web')).toEqual([1, 1]);
    swarm.updateService('web', (spec) => ({
      ...spec,
      TaskTemplate: { ...spec.TaskTemplate, Resources: {} },
    }));
    swarm.run(5_000);
    expect(swarm.running('web')).toHaveLength(3);
  });

  test('spreads over what a label says before it spreads over nodes', () => {
    const swarm = zoned({ node1: 'a', node2: 'a', node3: 'a', node4: 'b' });
    swarm.createService('web', service(8, { Preferences: spreadOver('zone') }));
    swarm.run(1_000);
    expect(perNode(swarm, 'web').at(-1)).toBe(4);
    expect(perNode(swarm, 'web').slice(0, 3).sort()).toEqual([1, 1, 2]);
  });

  test('spreads within each branch over the next preference, and ignores those that name no label', () => {
    const swarm = zoned({ node1: 'a', node2: 'a', node3: 'a', node4: 'b', node5: '' });
    swarm.updateNode('node1', { Labels: { zone: 'a', rack: '1' } });
    const Preferences = [
      {},
      { Spread: { SpreadDescriptor: 'node.id' } },
      ...spreadOver('zone', 'rack'),
    ];
    swarm.createService('web', service(12, { Preferences }));
    swarm.run(1_000);
    expect(perNode(swarm, 'web')).toEqual([2, 1, 1, 4, 4]);
  });

  test('gives a branch without room to the others', () => {
    const swarm = zoned({ node1: 'a', node2: 'a', node3: 'b' });
    swarm.createService('web', service(5, { Preferences: spreadOver('zone'), MaxReplicas: 2 }));
    swarm.run(1_000);
    expect(perNode(swarm, 'web').at(-1)).toBe(2);
    expect(swarm.running('web')).toHaveLength(5);
  });

  test('gives a host port to one task of a node, whichever service it is of', () => {
    const swarm = settled(3);
    swarm.createService('web', { ...service(2), EndpointSpec: publishing(8080) });
    swarm.createService('other', { ...service(2), EndpointSpec: publishing(8080) });
    swarm.createService('apart', { ...service(3), EndpointSpec: publishing(8080, 'udp') });
    swarm.run(1_000);
    expect(swarm.running('web').length + swarm.running('other').length).toBe(3);
    expect(errors(swarm, 'other')).toContain(
      'no suitable node (host-mode port already in use on 3 nodes)',
    );
    expect(perNode(swarm, 'apart')).toEqual([1, 1, 1]);
  });

  test('gives a host port again only when the task that held it has stopped', () => {
    const swarm = settled(3);
    swarm.createService('web', { ...service(3), EndpointSpec: publishing(8080) });
    swarm.run(1_000);
    swarm.node('node2').cut = true;
    swarm.removeService('web');
    swarm.run(300);
    swarm.createService('next', { ...service(3), EndpointSpec: publishing(8080) });
    swarm.run(300);
    expect(perNode(swarm, 'next')).toEqual([1, 0, 1]);
    expect(errors(swarm, 'next')).toContain(
      'no suitable node (host-mode port already in use on 3 nodes)',
    );
    swarm.node('node2').cut = false;
    swarm.run(5_000);
    expect(perNode(swarm, 'next')).toEqual([1, 1, 1]);
  });

  test('lets a service that holds its port on every node be updated', () => {
    const swarm = settled(3);
    swarm.createService('web', { ...service(3), EndpointSpec: publishing(8080) });
    swarm.run(1_000);
    swarm.updateService('web', (spec) => ({
      ...spec,
      TaskTemplate: { ContainerSpec: { Image: 'schism/echo', Env: ['A=b'] } },
    }));
    swarm.run(30_000);
    expect(perNode(swarm, 'web')).toEqual([1, 1, 1]);
    expect(swarm.running('web').map(({ Spec }) => Spec.ContainerSpec.Env)).toEqual(
      [1, 2, 3].map(() => ['A=b']),
    );
  });

  test('does not count what a task of a global service asks for before it has it', () => {
    const swarm = settled(2);
    swarm.createService('web', {
      ...service(1, {}, { Resources: { Reservations: { NanoCPUs: 1.5e9 } } }),
      Mode: { Global: {} },
    });
    swarm.run(1_000);
    expect(perNode(swarm, 'web')).toEqual([1, 1]);
    expect(errors(swarm, 'web')).toEqual([undefined]);
  });

  test('places what waits for a port once its service asks for none', () => {
    const swarm = settled(2);
    swarm.createService('web', { ...service(3), EndpointSpec: publishing(8080) });
    swarm.run(1_000);
    expect(swarm.running('web')).toHaveLength(2);
    swarm.updateService('web', (spec) => ({ ...spec, EndpointSpec: {} }));
    swarm.run(1_000);
    expect(swarm.running('web')).toHaveLength(3);
  });

  test('places a waiting task as soon as something changed that helps, and no longer says why', () => {
    const swarm = settled(3);
    swarm.createService('web', service(1, { Constraints: ['node.labels.disk == ssd'] }));
    swarm.run(1_000);
    swarm.updateNode('node2', { Labels: { disk: 'ssd' } });
    swarm.run(300);
    expect(perNode(swarm, 'web')).toEqual([0, 1, 0]);
    expect(errors(swarm, 'web')).toEqual([undefined]);
  });

  test('follows a placement that changed while a task waits', () => {
    const swarm = settled(3);
    swarm.createService('web', service(1, { Constraints: ['node.labels.disk == ssd'] }));
    swarm.run(1_000);
    swarm.updateService('web', (spec) => ({ ...spec, ...service(1) }));
    swarm.run(300);
    expect(swarm.running('web')).toHaveLength(1);
  });

  test('gives nothing to nodes that a new leader has not heard of yet', () => {
    const swarm = settled(3);
    swarm.changeLeader(false);
    for (const node of swarm.nodes) node.cut = true;
    swarm.createService('web', service(2, { MaxReplicas: 1 }));
    swarm.run(1_500);
    // The leader's own node is the only one that it can hear.
    expect(swarm.running('web')).toHaveLength(1);
    expect(errors(swarm, 'web')).toContain(
      'no suitable node (2 nodes not available for new tasks; max replicas per node limit exceed)',
    );
  });

  test('writes why a task waits only when that changes', () => {
    const swarm = settled(3);
    swarm.createService('web', service(1, { Constraints: ['node.labels.disk == ssd'] }));
    swarm.run(1_000);
    const { commits } = swarm;
    swarm.run(30_000);
    expect(swarm.commits).toBe(commits);
  });
});

describe('the constraint enforcer', () => {
  test('rejects a task whose node lost its label, so that it starts elsewhere', () => {
    const swarm = settled(3);
    swarm.updateNode('node1', { Labels: { disk: 'ssd' } });
    swarm.createService('web', service(1, { Constraints: ['node.labels.disk == ssd'] }));
    swarm.run(1_000);
    swarm.updateNode('node2', { Labels: { disk: 'ssd' } });
    swarm.updateNode('node1', { Labels: {} });
    swarm.run(2_000);
    expect(perNode(swarm, 'web')).toEqual([0, 1, 0]);
    expect(swarm.node('node1').executor.running.size).toBe(0);
    expect(swarm.tasks('web').find(({ NodeID }) => NodeID === 'node1')?.Status).toMatchObject({
      State: 'rejected',
      Message: 'task rejected by constraint enforcer',
      Err: 'assigned node no longer meets constraints',
    });
  });

  test('goes by what the service asks for now, which its tasks have met so far', () => {
    const swarm = settled(3);
    swarm.createService('web', service(1));
    swarm.run(1_000);
    const [kept] = swarm.running('web');
    swarm.updateNode(kept?.NodeID ?? '', { Labels: { disk: 'ssd' } });
    swarm.updateService('web', (spec) => ({
      ...spec,
      ...service(1, { Constraints: ['node.labels.disk == ssd'] }),
    }));
    swarm.run(6_000);
    expect(swarm.running('web').map(({ ID }) => ID)).toEqual([kept?.ID]);
    swarm.updateNode(kept?.NodeID ?? '', { Labels: {} });
    swarm.run(1_000);
    expect(swarm.store.task(kept?.ID ?? '')?.Status.State).toBe('rejected');
    expect(errors(swarm, 'web')).toContain(
      'no suitable node (scheduling constraints not satisfied on 3 nodes)',
    );
  });

  test('leaves to the update what constraints that changed leave no room for', () => {
    const swarm = settled(3);
    swarm.createService('web', service(3));
    swarm.run(1_000);
    swarm.updateService('web', (spec) => ({
      ...spec,
      ...service(3, { Constraints: ['node.id != node3'] }),
    }));
    swarm.run(2_000);
    expect(swarm.running('web')).toHaveLength(3);
    expect(perNode(swarm, 'web')[2]).toBe(0);
  });

  test('leaves paused nodes alone', () => {
    const swarm = settled(3);
    swarm.updateNode('node1', { Labels: { disk: 'ssd' } });
    swarm.createService('web', service(1, { Constraints: ['node.labels.disk == ssd'] }));
    swarm.run(1_000);
    swarm.updateNode('node1', { Availability: 'pause', Labels: {} });
    swarm.run(10_000);
    expect(perNode(swarm, 'web')).toEqual([1, 0, 0]);
  });
});

describe('a constraint', () => {
  const node: NodeObject = {
    ...sampleNode('n1', {
      Spec: { Labels: { zone: 'East' }, Role: 'manager', Availability: 'active' },
      Description: {
        ...sampleNode('n1').Description,
        Hostname: 'Host-1',
        Engine: { EngineVersion: '', Labels: { gpu: 'yes' } },
      },
      role: 'manager',
    }),
    Version: { Index: 1 },
    CreatedAt: '',
    UpdatedAt: '',
  };

  test.each([
    ['node.role == manager', true],
    ['node.role==manager', true],
    ['node.role != manager', false],
    ['node.role == worker', false],
    ['node.id == n1', true],
    ['node.id != n1', false],
    ['node.hostname == host-1', true],
    ['node.ip == 10.0.0.1', true],
    ['node.ip != 10.0.0.1', false],
    ['Node.IP == 10.0.0.0/8', true],
    ['node.ip != 10.0.0.0/8', false],
    ['node.ip == 10.1.0.0/16', false],
    ['node.ip != fd00::/8', true],
    ['node.ip == 10.0.0', false],
    ['node.ip != 10.0.0', false],
    ['node.labels.zone == east', true],
    ['node.labels.zone != west', true],
    ['node.labels.rack == 1', false],
    ['node.labels.rack != 1', true],
    ['engine.labels.gpu == yes', true],
    ['node.platform.os == linux', true],
    ['node.platform.arch == x86_64', true],
    ['node.platform.arch == amd64', true],
    ['node.platform.arch != amd64', false],
    ['node.platform.arch == arm64', false],
    ['node.colour == red', false],
    ['node.colour != red', false],
  ])('%s holds: %s', (expression, holds) => {
    const template = {
      ContainerSpec: { Image: '' },
      Placement: { Constraints: [expression] },
    };
    expect(meetsConstraints(node, template)).toBe(holds);
  });

  test('must hold together with all others', () => {
    const met = (Constraints: readonly string[]): boolean =>
      meetsConstraints(node, { ContainerSpec: { Image: '' }, Placement: { Constraints } });
    expect(met(['node.id == n1', 'node.role == manager'])).toBe(true);
    expect(met(['node.id == n1', 'node.role == worker'])).toBe(false);
    expect(met([])).toBe(true);
  });

  test.each(['', 'node.role', 'node.role =', 'node.role = manager', '== x', 'node.role =='])(
    'is not %j',
    (expression) => {
      expect(parseConstraints([expression])).toBeUndefined();
    },
  );
});
