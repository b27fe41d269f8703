/** Which changes of a service replace its tasks. */
import { describe, expect, test } from '@jest/globals';
import type { EndpointSpec } from '../store/objects.ts';
import { replicas, settled, template } from './testing/services.ts';
import { started } from './testing/updates.ts';

describe('an update', () => {
  test('of nothing but the number or the placement replaces no task', () => {
    const swarm = started(undefined);
    const before = swarm.running('web').map(({ ID }) => ID);
    swarm.updateService('web', (spec) => ({
      ...spec,
      ...replicas(5),
      TaskTemplate: { ...spec.TaskTemplate, Placement: { MaxReplicas: 4 } },
    }));
    swarm.run(2_000);
    expect(swarm.running('web').map(({ ID }) => ID)).toEqual(expect.arrayContaining(before));
    expect(swarm.service('web').UpdateStatus).toBeUndefined();
  });

  test('is forced by the counter alone', () => {
    const swarm = started(undefined);
    const before = new Set(swarm.running('web').map(({ ID }) => ID));
    swarm.updateService('web', (spec) => ({
      ...spec,
      TaskTemplate: { ...spec.TaskTemplate, ForceUpdate: 1 },
    }));
    swarm.run(3_000);
    expect(swarm.running('web').filter(({ ID }) => before.has(ID))).toEqual([]);
    expect(swarm.running('web')).toHaveLength(4);
  });

  const ingress = { Protocol: 'tcp', TargetPort: 80, PublishedPort: 8080, PublishMode: 'ingress' };
  const host = { ...ingress, PublishMode: 'host' };

  test.each<[string, EndpointSpec, EndpointSpec]>([
    ['an ingress port more', { Mode: 'vip' }, { Mode: 'vip', Ports: [ingress] }],
    ['a host port less', { Mode: 'vip', Ports: [host] }, { Mode: 'vip' }],
    ['another number', { Ports: [ingress] }, { Ports: [{ ...ingress, PublishedPort: 8081 }] }],
    ['another target', { Ports: [ingress] }, { Ports: [{ ...ingress, TargetPort: 81 }] }],
    ['the other kind of port', { Ports: [ingress] }, { Ports: [host] }],
    ['another mode', { Mode: 'vip' }, { Mode: 'dnsrr' }],
  ])('of what is published replaces every task: %s', (_case, before, after) => {
    const swarm = settled();
    swarm.createService('web', { ...replicas(4), EndpointSpec: before });
    swarm.run(1_000);
    const old = new Set(swarm.running('web').map(({ ID }) => ID));
    expect(old.size).toBe(4);
    swarm.updateService('web', (spec) => ({ ...spec, EndpointSpec: after }));
    swarm.run(300);
    expect(swarm.service('web').UpdateStatus?.State).toBe('updating');
    swarm.run(10_000);
    expect(swarm.service('web').UpdateStatus?.State).toBe('completed');
    expect(swarm.running('web').filter(({ ID }) => old.has(ID))).toEqual([]);
    expect(swarm.running('web')).toHaveLength(4);
  });

  test('that publishes the same again replaces none', () => {
    const swarm = settled();
    swarm.createService('web', { ...replicas(4), EndpointSpec: { Ports: [ingress] } });
    swarm.run(1_000);
    const old = swarm.running('web').map(({ ID }) => ID);
    const Ports = [{ ...ingress }];
    swarm.updateService('web', (spec) => ({ ...spec, EndpointSpec: { Ports } }));
    swarm.run(5_000);
    expect(swarm.running('web').map(({ ID }) => ID)).toEqual(old);
    expect(swarm.service('web').UpdateStatus).toBeUndefined();
  });

  test('of what is published gives its tasks new attempts', () => {
    const swarm = settled();
    swarm.createService('web', {
      ...replicas(1),
      ...template('schism/crash', { RestartPolicy: { Delay: 0, MaxAttempts: 1 } }),
    });
    const ended = (): number =>
      swarm.tasks('web').filter(({ Status }) => Status.State === 'failed').length;
    swarm.run(5_000);
    expect(ended()).toBe(2);
    swarm.updateService('web', (spec) => ({ ...spec, EndpointSpec: { Ports: [host] } }));
    swarm.run(5_000);
    expect(swarm.tasks('web').filter(({ endpoint }) => endpoint !== undefined)).toHaveLength(2);
  });
});
