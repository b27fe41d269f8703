import { describe, expect, test } from '@jest/globals';
import type { EndpointSpec, PortConfig, ServiceSpec } from '../store/objects.ts';
import { settled } from './testing/services.ts';
import { serviceSpec } from './testing/objects.ts';
import type { SmallSwarm } from './testing/swarm.ts';

const publishing = (...Ports: readonly PortConfig[]): { readonly EndpointSpec: EndpointSpec } => ({
  EndpointSpec: { Ports },
});
const open: PortConfig = { TargetPort: 80 };

const numbers = (swarm: SmallSwarm, name: string): readonly unknown[] | undefined =>
  swarm.service(name).ports?.map(({ PublishedPort }) => PublishedPort);

const change = (swarm: SmallSwarm, name: string, spec: Partial<ServiceSpec>): void => {
  swarm.updateService(name, (old) => ({ ...old, ...spec }));
  swarm.run(500);
};

describe('a published port without a number', () => {
  test('gets the lowest that nobody has, for each protocol by itself', () => {
    const swarm = settled(3);
    swarm.createService(
      'a',
      publishing(open, { TargetPort: 53, Protocol: 'udp' }, { TargetPort: 81 }),
    );
    swarm.createService('b', publishing({ TargetPort: 1, PublishedPort: 30_002 }));
    swarm.createService('c', publishing(open, { TargetPort: 81 }));
    swarm.run(500);
    expect(swarm.service('a').ports).toEqual([
      { Protocol: 'tcp', PublishMode: 'ingress', TargetPort: 80, PublishedPort: 30_000 },
      { Protocol: 'udp', PublishMode: 'ingress', TargetPort: 53, PublishedPort: 30_000 },
      { Protocol: 'tcp', PublishMode: 'ingress', TargetPort: 81, PublishedPort: 30_001 },
    ]);
    expect(numbers(swarm, 'c')).toEqual([30_003, 30_004]);
    expect(swarm.running('a')).toHaveLength(2);
  });

  test('leaves alone what another service asks for, also one that came at the same time', () => {
    const swarm = settled(3);
    swarm.write((transaction) => {
      const create = (name: string, port: PortConfig): void => {
        const Spec = serviceSpec(name, publishing(port));
        transaction.create('service', { ID: `service-${name}`, Spec });
      };
      create('a', open);
      create('b', { TargetPort: 80, PublishedPort: 30_000 });
      create('c', { TargetPort: 80, PublishedPort: 30_001, PublishMode: 'host' });
    });
    swarm.run(500);
    expect(numbers(swarm, 'a')).toEqual([30_002]);
    expect(numbers(swarm, 'b')).toEqual([30_000]);
  });

  test('keeps it while the same target is published, whatever else changes, and under another leader', () => {
    const swarm = settled(3);
    swarm.createService('first', publishing(open));
    swarm.createService('web', publishing(open));
    swarm.run(500);
    expect(numbers(swarm, 'web')).toEqual([30_001]);
    swarm.removeService('first');
    swarm.changeLeader();
    swarm.run(1_000);
    change(swarm, 'web', publishing({ TargetPort: 81 }, open));
    expect(numbers(swarm, 'web')).toEqual([30_000, 30_001]);
    change(swarm, 'web', { TaskTemplate: { ContainerSpec: { Image: 'schism/echo:2' } } });
    expect(numbers(swarm, 'web')).toEqual([30_000, 30_001]);
    change(swarm, 'web', publishing({ ...open, Name: 'http' }));
    expect(numbers(swarm, 'web')).toEqual([30_000]);
  });

  test('of a host has none', () => {
    const swarm = settled(3);
    swarm.createService('web', publishing({ ...open, PublishMode: 'host' }));
    swarm.run(500);
    expect(numbers(swarm, 'web')).toEqual([undefined]);
    expect(swarm.running('web')).toHaveLength(2);
  });

  test('waits where all are taken, and so do the tasks, until one is free', () => {
    const swarm = settled(3);
    const all = Array.from({ length: 2_768 }, (_, at) => ({ TargetPort: at + 1 }));
    swarm.createService('all', publishing(...all));
    swarm.run(500);
    expect(numbers(swarm, 'all')?.at(-1)).toBe(32_767);
    swarm.createService('web', publishing(open));
    swarm.run(10_000);
    expect(numbers(swarm, 'web')).toBeUndefined();
    expect(swarm.tasks('web').map(({ Status }) => Status.State)).toEqual(['new', 'new']);
    change(swarm, 'all', publishing(...all.slice(1)));
    expect(numbers(swarm, 'web')).toEqual([30_000]);
    expect(swarm.running('web')).toHaveLength(2);
  });
});

const pendingAllocations = (taskId: string): string =>
  `service service-web to which task ${taskId} belongs has pending allocations`;

describe('the ports of a service', () => {
  test('are free when it goes, or no longer publishes any', () => {
    const swarm = settled(3);
    swarm.createService('a', publishing(open));
    swarm.createService('b', publishing(open));
    swarm.run(500);
    swarm.removeService('a');
    swarm.createService('c', publishing(open));
    swarm.run(500);
    expect(numbers(swarm, 'c')).toEqual([30_000]);
    change(swarm, 'b', { EndpointSpec: {} });
    expect(swarm.service('b').ports).toBeUndefined();
    swarm.createService('d', publishing(open));
    swarm.run(500);
    expect(numbers(swarm, 'd')).toEqual([30_001]);
  });

  test('that another one took since, as after a rollback, are had once that gives them up, also under another leader', () => {
    const swarm = settled(3);
    const asked = { TargetPort: 80, PublishedPort: 8080 };
    swarm.createService('other', publishing(asked));
    swarm.run(500);
    // No client may write this: a rollback brings back what nobody asks about.
    swarm.createService('web', publishing(asked, open));
    swarm.run(1_000);
    expect(numbers(swarm, 'web')).toBeUndefined();
    expect(swarm.tasks('web').map(({ Status }) => Status.State)).toEqual(['new', 'new']);
    swarm.changeLeader();
    swarm.run(6_000);
    expect(swarm.running('web')).toEqual([]);
    expect(swarm.tasks('web').map(({ Status }) => Status.Err)).toEqual(
      swarm.tasks('web').map(({ ID }) => pendingAllocations(ID)),
    );
    const { commits } = swarm;
    swarm.run(30_000);
    expect(swarm.commits).toBe(commits);
    swarm.removeService('other');
    swarm.run(1_000);
    expect(numbers(swarm, 'web')).toEqual([8080, 30_000]);
    expect(swarm.running('web').map(({ Status }) => Status.Err)).toEqual([undefined, undefined]);
  });

  test('are lost where an update asks for one that another service holds', () => {
    const swarm = settled(3);
    swarm.createService('other', publishing({ TargetPort: 80, PublishedPort: 8080 }));
    swarm.createService('web', publishing(open));
    swarm.run(500);
    change(swarm, 'web', publishing({ TargetPort: 80, PublishedPort: 8080 }));
    expect(swarm.service('web').ports).toBeUndefined();
    change(swarm, 'other', { EndpointSpec: {} });
    expect(numbers(swarm, 'web')).toEqual([8080]);
  });

  test('are the same on every manager', () => {
    const swarm = settled(3);
    swarm.createService('a', publishing(open, { TargetPort: 81, PublishedPort: 8080 }));
    swarm.run(500);
    change(swarm, 'a', publishing({ TargetPort: 81, PublishedPort: 8081 }, open));
    expect(String(swarm.follower.snapshot())).toBe(String(swarm.store.snapshot()));
  });
});
