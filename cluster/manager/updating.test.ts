import { describe, expect, test } from '@jest/globals';
import { encodeActions, entryBytesMax } from '../store/actions.ts';
import type { EndpointSpec, ServiceSpec, TaskObject } from '../store/objects.ts';
import { sampleTask } from '../store/sample-objects.ts';
import { attemptsOf, makingOf } from './place.ts';
import { replicas, settled, slots, template, wanted } from './small/services.ts';
import type { SmallSwarm } from './small/swarm.ts';
import { Watcher } from './small/watcher.ts';

describe('an update', () => {
  const observed = (swarm: SmallSwarm): { down: number; up: number } => {
    const seen = { down: Infinity, up: 0 };
    const watch = swarm.onCommit;
    swarm.onCommit = (event) => {
      watch(event);
      const running = swarm.tasks('web').filter(({ Status }) => Status.State === 'running').length;
      seen.down = Math.min(seen.down, running);
      seen.up = Math.max(seen.up, running);
    };
    return seen;
  };

  const start = (config: Record<string, unknown> | undefined, seed = 1): SmallSwarm => {
    const swarm = settled(3, seed);
    swarm.createService('web', {
      ...replicas(4),
      ...(config === undefined ? {} : { UpdateConfig: config as never }),
    });
    swarm.run(1_000);
    return swarm;
  };

  const images = (swarm: SmallSwarm): readonly string[] => [
    ...new Set(swarm.running('web').map(({ Spec }) => Spec.ContainerSpec.Image)),
  ];

  const other = 'schism/echo:2';

  test('replaces one task after the other by default, stopping each before its successor starts', () => {
    const swarm = start(undefined);
    const watcher = new Watcher(swarm);
    const seen = observed(swarm);
    swarm.updateService('web', (spec) => ({ ...spec, ...template(other) }));
    swarm.run(3_000);
    expect(images(swarm)).toEqual([other]);
    expect(slots(swarm.running('web'))).toEqual([1, 2, 3, 4]);
    expect(seen).toEqual({ down: 3, up: 4 });
    expect(watcher.problems).toEqual([]);
    expect(swarm.service('web').UpdateStatus?.State).toBe('updating');
    swarm.run(6_000);
    expect(swarm.service('web').UpdateStatus).toMatchObject({
      State: 'completed',
      Message: 'update completed',
    });
  });

  test.each([
    [2, 2],
    [0, 0],
  ])('with a parallelism of %d leaves at least %d of 4 running', (Parallelism, least) => {
    const swarm = start({ Parallelism });
    const seen = observed(swarm);
    swarm.updateService('web', (spec) => ({ ...spec, ...template(other) }));
    swarm.run(3_000);
    expect(images(swarm)).toEqual([other]);
    expect(seen.down).toBeGreaterThanOrEqual(least);
    if (Parallelism === 0) expect(seen.down).toBeLessThan(3);
  });

  test('takes a place for done only when its new task runs, also where the old one is deleted before', () => {
    const swarm = settled(1);
    swarm.updateNode('node1', { Availability: 'drain' });
    // Nobody takes any task: an old one is deleted as soon as it is not wanted.
    swarm.createService('web', replicas(2));
    swarm.run(500);
    swarm.updateService('web', (spec) => ({ ...spec, ...template(other) }));
    swarm.run(1_000);
    const made = (slot: number): readonly string[] =>
      swarm
        .tasks('web')
        .filter(({ Slot }) => Slot === slot)
        .map(({ Spec }) => Spec.ContainerSpec.Image);
    expect([made(1), made(2)]).toEqual([[other], ['schism/echo']]);
    swarm.updateService('web', (spec) => ({ ...spec, ...replicas(3) }));
    swarm.run(1_000);
    expect([made(1), made(2), made(3)]).toEqual([[other], ['schism/echo'], [other]]);
  });

  test('that starts first never has less than all running', () => {
    const swarm = start({ Parallelism: 1, Order: 'start-first' });
    const watcher = new Watcher(swarm);
    const seen = observed(swarm);
    swarm.updateService('web', (spec) => ({ ...spec, ...template(other) }));
    swarm.run(3_000);
    expect(images(swarm)).toEqual([other]);
    expect(seen.down).toBe(4);
    expect(watcher.problems).toEqual([]);
  });

  test('waits between places as long as its delay says', () => {
    const swarm = start({ Parallelism: 1, Delay: 2e9 });
    swarm.updateService('web', (spec) => ({ ...spec, ...template(other) }));
    swarm.run(4_000);
    expect(images(swarm)).toHaveLength(2);
    swarm.run(6_000);
    expect(images(swarm)).toEqual([other]);
  });

  test('goes on as it was where a write says the same of its tasks again', () => {
    const swarm = start({ Parallelism: 1, Delay: 2e9 });
    swarm.updateService('web', (spec) => ({ ...spec, ...template(other) }));
    swarm.run(500);
    const replaced = (): number =>
      swarm.running('web').filter(({ Spec }) => Spec.ContainerSpec.Image === other).length;
    expect(replaced()).toBe(1);
    // As it comes out of a request, or of the log: another object, which says the same.
    swarm.updateService('web', (spec) => ({ ...structuredClone(spec), Labels: { mark: '2' } }));
    swarm.run(1_000);
    expect(replaced()).toBe(1);
    swarm.run(2_000);
    expect(replaced()).toBe(2);
  });

  test('of nothing but the number or the placement replaces no task', () => {
    const swarm = start(undefined);
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

  describe('of constraints', () => {
    const constrained = (...Constraints: readonly string[]): Partial<ServiceSpec> =>
      template('schism/echo', { Placement: { Constraints } });

    const onManagers = (config: object, more: Partial<ServiceSpec> = {}): SmallSwarm => {
      const swarm = settled(4);
      swarm.createService('web', {
        ...replicas(4),
        ...constrained('node.role == manager'),
        UpdateConfig: { Parallelism: 1, ...config },
        ...more,
      });
      swarm.run(1_000);
      return swarm;
    };

    const roles = (swarm: SmallSwarm): readonly string[] => [
      ...new Set(swarm.running('web').map(({ NodeID }) => swarm.store.node(NodeID)?.role ?? '')),
    ];

    const toWorkers = (swarm: SmallSwarm): void => {
      swarm.updateService('web', (spec) => ({ ...spec, ...constrained('node.role == worker') }));
    };

    test.each([
      ['stop-first', 3],
      ['start-first', 4],
    ])('moves as many tasks at once as are configured, %s: %d of 4 run', (Order, least) => {
      const swarm = onManagers({ Order });
      const watcher = new Watcher(swarm);
      const seen = observed(swarm);
      toWorkers(swarm);
      swarm.run(3_000);
      expect(roles(swarm)).toEqual(['worker']);
      expect(seen.down).toBe(least);
      expect(swarm.service('web').UpdateStatus?.State).toBe('updating');
      swarm.run(6_000);
      expect(swarm.running('web')).toHaveLength(4);
      expect(swarm.service('web').UpdateStatus?.State).toBe('completed');
      expect(watcher.problems).toEqual([]);
    });

    test('is nothing to hurry for when all is looked at again, by another leader or after a while', () => {
      const swarm = onManagers({ Delay: 6e9 });
      const seen = observed(swarm);
      toWorkers(swarm);
      swarm.run(3_000);
      swarm.changeLeader();
      swarm.run(12_000);
      expect(seen.down).toBe(3);
      expect(roles(swarm)).toHaveLength(2);
      swarm.run(30_000);
      expect(roles(swarm)).toEqual(['worker']);
      expect(seen.down).toBe(3);
    });

    test('is nothing to hurry for where nodes change with them', () => {
      const swarm = onManagers({});
      const seen = observed(swarm);
      swarm.write((transaction) => {
        for (const node of transaction.nodes()) {
          const Spec = { ...node.Spec, Labels: { zone: 'a' } };
          transaction.update('node', { ...node, Spec }, undefined);
        }
        const web = swarm.service('web');
        const Spec = { ...web.Spec, ...constrained('node.role == worker') };
        transaction.update('service', { ...web, Spec }, undefined);
      });
      swarm.run(3_000);
      expect(roles(swarm)).toEqual(['worker']);
      expect(seen.down).toBe(3);
    });

    test('leaves alone what may stay, and what waits for an update that is paused', () => {
      const swarm = onManagers({ Delay: 2e9 });
      const [kept] = swarm.running('web');
      swarm.updateService('web', (spec) => ({
        ...spec,
        ...constrained(`node.id == ${kept?.NodeID ?? ''}`),
      }));
      swarm.run(14_000);
      expect(swarm.running('web').map(({ ID }) => ID)).toContain(kept?.ID);
      expect(new Set(swarm.running('web').map(({ NodeID }) => NodeID)).size).toBe(1);
      swarm.updateService('web', (spec) => ({
        ...spec,
        ...template('schism/crash', { Placement: { Constraints: ['node.role == worker'] } }),
      }));
      swarm.run(12_000);
      expect(swarm.service('web').UpdateStatus?.State).toBe('paused');
      expect(swarm.running('web')).toHaveLength(3);
    });

    test('moves tasks that are not to be started again, there and back', () => {
      const RestartPolicy = { Condition: 'none' } as const;
      const swarm = onManagers(
        { Parallelism: 0 },
        {
          ...template('schism/echo', {
            RestartPolicy,
            Placement: { Constraints: ['node.role == manager'] },
          }),
        },
      );
      for (const role of ['worker', 'manager']) {
        swarm.updateService('web', (spec) => ({
          ...spec,
          ...template('schism/echo', {
            RestartPolicy,
            Placement: { Constraints: [`node.role == ${role}`] },
          }),
        }));
        swarm.run(9_000);
        expect(roles(swarm)).toEqual([role]);
        expect(swarm.running('web')).toHaveLength(4);
      }
    });

    test('gives no new attempts to tasks that met them already, whatever else of their spec did not', () => {
      const swarm = settled(4);
      const stamp = { Version: { Index: 9 }, CreatedAt: '', UpdatedAt: '' };
      const [failed, ended] = ['node1', 'node4'].map((NodeID) => ({
        ...sampleTask(NodeID, { NodeID, specVersion: 5, DesiredState: 'shutdown' }),
        ...stamp,
      })) as [TaskObject, TaskObject];
      const asked = (...Constraints: readonly string[]): readonly TaskObject[] => {
        const TaskTemplate = { ...failed.Spec, Placement: { Constraints } };
        return attemptsOf([failed, ended], makingOf({ TaskTemplate }, swarm.store));
      };
      expect(asked('node.role == worker')).toEqual([ended]);
      expect(asked('node.role == manager')).toEqual([failed]);
      expect(asked('node.id != node9')).toEqual([failed, ended]);
    });

    test('replaces tasks that have no node yet', () => {
      const swarm = settled(3);
      swarm.createService('web', {
        ...replicas(2),
        ...constrained('node.labels.disk == ssd'),
        UpdateConfig: { Parallelism: 1 },
      });
      swarm.run(500);
      const before = swarm.tasks('web').map(({ ID }) => ID);
      swarm.updateService('web', (spec) => ({
        ...spec,
        ...constrained('node.labels.disk == hdd'),
      }));
      swarm.run(1_000);
      // The first one, which now waits in its turn.
      expect(swarm.tasks('web').filter(({ ID }) => before.includes(ID))).toHaveLength(1);
      expect(swarm.tasks('web')).toHaveLength(2);
    });

    test('takes a global service off the nodes that no longer meet them, and updates none of its others', () => {
      const swarm = settled(4);
      swarm.createService('web', { Mode: { Global: {} } });
      swarm.run(500);
      const kept = swarm
        .running('web')
        .filter(({ NodeID }) => swarm.store.node(NodeID)?.role === 'worker')
        .map(({ ID }) => ID);
      toWorkers(swarm);
      swarm.run(3_000);
      expect(swarm.running('web').map(({ ID }) => ID)).toEqual(kept);
      expect(swarm.service('web').UpdateStatus).toBeUndefined();
    });
  });

  test('is forced by the counter alone', () => {
    const swarm = start(undefined);
    const before = new Set(swarm.running('web').map(({ ID }) => ID));
    swarm.updateService('web', (spec) => ({
      ...spec,
      TaskTemplate: { ...spec.TaskTemplate, ForceUpdate: 1 },
    }));
    swarm.run(3_000);
    expect(swarm.running('web').filter(({ ID }) => before.has(ID))).toEqual([]);
    expect(swarm.running('web')).toHaveLength(4);
  });

  test('pauses at the first failure, and says which task failed', () => {
    const swarm = start(undefined);
    swarm.updateService('web', (spec) => ({ ...spec, ...template('schism/missing') }));
    swarm.run(5_000);
    expect(swarm.service('web').UpdateStatus?.State).toBe('paused');
    expect(swarm.service('web').UpdateStatus?.Message).toMatch(
      /^update paused due to failure or early termination of task [0-9a-z]{25}$/,
    );
    expect(swarm.running('web')).toHaveLength(3);
    swarm.changeLeader();
    swarm.run(10_000);
    expect(swarm.running('web')).toHaveLength(3);
  });

  test('that is paused leaves no node that comes back without its task of a global service', () => {
    const swarm = settled(3);
    swarm.createService('web', { Mode: { Global: {} } });
    swarm.run(500);
    swarm.updateService('web', (spec) => ({ ...spec, ...template('schism/missing') }));
    swarm.run(5_000);
    expect(swarm.service('web').UpdateStatus?.State).toBe('paused');
    const left = swarm.running('web').map(({ NodeID }) => swarm.node(NodeID));
    const [back] = left;
    if (back === undefined) throw new Error('every node was updated');
    swarm.crash(back);
    swarm.run(30_000);
    expect(wanted(swarm.store.tasksOfNode(back.id))).toEqual([]);
    swarm.startAgent(back);
    swarm.run(5_000);
    expect(wanted(swarm.store.tasksOfNode(back.id))).toHaveLength(1);
    expect(swarm.service('web').UpdateStatus?.State).toBe('paused');
  });

  test('that paused goes on with the next template', () => {
    const swarm = start(undefined);
    swarm.updateService('web', (spec) => ({ ...spec, ...template('schism/missing') }));
    swarm.run(5_000);
    swarm.updateService('web', (spec) => ({ ...spec, ...template(other) }));
    swarm.run(10_000);
    expect(images(swarm)).toEqual([other]);
    expect(swarm.running('web')).toHaveLength(4);
    expect(swarm.service('web').UpdateStatus?.State).toBe('completed');
  });

  test('goes on over failures where it is told to', () => {
    const swarm = start({ Parallelism: 1, FailureAction: 'continue' });
    swarm.updateService('web', (spec) => ({
      ...spec,
      ...template('schism/missing', { RestartPolicy: { Condition: 'none' } }),
    }));
    swarm.run(5_000);
    expect(swarm.running('web')).toEqual([]);
    expect(swarm.service('web').UpdateStatus?.State).toBe('updating');
    // It is watched as long as any other.
    swarm.run(1_500);
    expect(swarm.service('web').UpdateStatus?.State).toBe('completed');
  });

  test.each([
    ['told to go on over failures', { FailureAction: 'continue' }],
    ['told to bear that many', { MaxFailureRatio: 1 }],
  ])(
    'that starts first and is %s comes to its end, whatever becomes of its tasks',
    (_case, config) => {
      const swarm = start({ Parallelism: 1, Order: 'start-first', Monitor: 1e9, ...config });
      swarm.updateService('web', (spec) => ({
        ...spec,
        ...template('schism/missing', { RestartPolicy: { Delay: 200e6 } }),
      }));
      const tried = (): number =>
        new Set(
          swarm
            .tasks('web')
            .filter(({ Spec }) => Spec.ContainerSpec.Image === 'schism/missing')
            .map(({ Slot }) => Slot),
        ).size;
      for (let waited = 0; tried() < 4 && waited < 5_000; waited += 10) swarm.run(10);
      expect(tried()).toBe(4);
      // Until it has been watched, older tasks stand in for those that do not come to run.
      expect(swarm.running('web')).toHaveLength(4);
      swarm.run(1_500);
      expect(swarm.service('web').UpdateStatus?.State).toBe('completed');
      expect(swarm.running('web')).toEqual([]);
      swarm.run(5_000);
      expect(swarm.service('web').UpdateStatus?.State).toBe('completed');
    },
  );

  test('that starts first waits for a task that neither runs nor ends', () => {
    const swarm = start({ Parallelism: 1, Order: 'start-first', FailureAction: 'continue' });
    swarm.updateService('web', (spec) => ({
      ...spec,
      ...template(other, { Resources: { Reservations: { NanoCPUs: 64e9 } } }),
    }));
    swarm.run(30_000);
    expect(swarm.service('web').UpdateStatus?.State).toBe('updating');
    expect(swarm.tasks('web')).toHaveLength(5);
    swarm.updateService('web', (spec) => ({ ...spec, ...template(other) }));
    swarm.run(10_000);
    expect(swarm.service('web').UpdateStatus?.State).toBe('completed');
    expect(images(swarm)).toEqual([other]);
  });

  test('that starts first comes to its end under another leader', () => {
    const swarm = start({
      Order: 'start-first',
      FailureAction: 'continue',
      Monitor: 1e9,
      Delay: 1e9,
    });
    swarm.updateService('web', (spec) => ({ ...spec, ...template('schism/missing') }));
    swarm.run(1_500);
    swarm.changeLeader();
    swarm.run(10_000);
    expect(swarm.service('web').UpdateStatus?.State).toBe('completed');
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

  test('tolerates failures up to the ratio that it names', () => {
    const swarm = start({ Parallelism: 1, MaxFailureRatio: 0.5, Monitor: 1e9 });
    swarm.updateService('web', (spec) => ({
      ...spec,
      ...template('schism/missing', { RestartPolicy: { Condition: 'none' } }),
    }));
    swarm.run(5_000);
    expect(swarm.service('web').UpdateStatus?.State).toBe('paused');
    expect(swarm.running('web')).toHaveLength(1);
  });

  test.each([
    ['pause', 'paused', 'paused'],
    ['rollback', 'rollback_started', 'rollback_completed'],
  ])(
    'that fails and is told to %s does so also where the entry that says so is given up',
    (...told) => {
      const [FailureAction, said, atLast] = told;
      const swarm = start({ Parallelism: 0, FailureAction, Monitor: 2e9 });
      let givenUp = 0;
      swarm.isGivenUp = ({ actions }) => {
        const says = actions.some(
          (action) =>
            action.op === 'update' &&
            action.kind === 'service' &&
            action.object.UpdateStatus?.State === said,
        );
        if (says) givenUp += 1;
        return says && givenUp <= 2;
      };
      const once = template('schism/missing', { RestartPolicy: { Condition: 'none' } });
      swarm.updateService('web', (spec) => ({ ...spec, ...once }));
      swarm.run(20_000);
      expect(givenUp).toBe(3);
      expect(swarm.service('web').UpdateStatus?.State).toBe(atLast);
    },
  );

  test('that fails together with others is rolled back with as many of them as one entry holds', () => {
    const swarm = settled(3);
    const entries: number[] = [];
    swarm.isGivenUp = ({ actions }) => {
      entries.push(encodeActions(actions).length);
      return (entries.at(-1) ?? 0) > entryBytesMax;
    };
    const names = ['a', 'b', 'c'];
    const large = (image: string): Partial<ServiceSpec> => ({
      TaskTemplate: {
        ContainerSpec: { Image: image, Env: [`X=${'x'.repeat(700_000)}`] },
        RestartPolicy: { Condition: 'none' },
      },
    });
    const UpdateConfig = { Parallelism: 0, FailureAction: 'rollback' as const, Monitor: 5e9 };
    for (const name of names) swarm.createService(name, { ...large('schism/echo'), UpdateConfig });
    swarm.run(1_000);
    for (const name of names)
      swarm.updateService(name, (spec) => ({ ...spec, ...large('schism/missing') }));
    swarm.run(30_000);
    expect(Math.max(...entries)).toBeLessThanOrEqual(entryBytesMax);
    expect(names.map((name) => swarm.service(name).UpdateStatus?.State)).toEqual(
      names.map(() => 'rollback_completed'),
    );
  });

  /** How `updated` tasks end, and how long after they came up. */
  const endings = (swarm: SmallSwarm, afterMs: number, state: 'complete' | 'failed'): void => {
    swarm.endings.set('schism/soon', { afterMs, state });
  };

  const updated = template('schism/soon');

  const reached = (swarm: SmallSwarm): readonly number[] => [
    ...new Set(
      slots(swarm.tasks('web').filter(({ Spec }) => Spec.ContainerSpec.Image === 'schism/soon')),
    ),
  ];

  test('goes from place to place after its delay, however often a finished place restarts', () => {
    const swarm = start({ Parallelism: 1, Delay: 4e9, Monitor: 1e9, FailureAction: 'continue' });
    endings(swarm, 1_500, 'complete');
    swarm.updateService('web', (spec) => ({ ...spec, ...updated }));
    swarm.run(11_000);
    expect(reached(swarm)).toEqual([1, 2, 3]);
    swarm.run(4_000);
    expect(reached(swarm)).toEqual([1, 2, 3, 4]);
    swarm.run(4_000);
    expect(swarm.service('web').UpdateStatus?.State).toBe('completed');
  });

  test('counts one failure a place, however often its task restarts', () => {
    const swarm = start({ Parallelism: 1, Delay: 2e9, Monitor: 9e9, MaxFailureRatio: 0.5 });
    endings(swarm, 100, 'failed');
    swarm.updateService('web', (spec) => ({ ...spec, ...updated }));
    swarm.run(4_000);
    expect(swarm.service('web').UpdateStatus?.State).toBe('updating');
    swarm.run(1_500);
    expect(swarm.service('web').UpdateStatus?.State).toBe('paused');
    expect(reached(swarm)).toEqual([1, 2, 3]);
  });

  test.each([
    ['its delay, where the monitor is shorter', { Delay: 4e9, Monitor: 1e9 }, 4_500],
    ['its delay, where the monitor is as long', { Delay: 2e9, Monitor: 2e9 }, 2_500],
    ['four seconds, where the monitor is zero', { Monitor: 0 }, 4_500],
  ])('watches its tasks for longer than %s', (_case, config, afterMs) => {
    const swarm = start({ Parallelism: 0, ...config });
    endings(swarm, afterMs, 'failed');
    swarm.updateService('web', (spec) => ({ ...spec, ...updated }));
    swarm.run(6_000);
    expect(swarm.service('web').UpdateStatus?.State).toBe('paused');
  });

  describe('that takes the place of another one', () => {
    /** It has replaced one task, which failed, and waits. */
    const waiting = (): SmallSwarm => {
      const swarm = start({ Parallelism: 1, Delay: 30e9, FailureAction: 'continue' });
      endings(swarm, 100, 'failed');
      swarm.updateService('web', (spec) => ({ ...spec, ...updated }));
      swarm.run(2_000);
      expect(reached(swarm)).toEqual([1]);
      return swarm;
    };

    test('to another template has neither its failures nor its delay', () => {
      const swarm = waiting();
      swarm.updateService('web', (spec) => ({
        ...spec,
        ...template(other),
        UpdateConfig: { Parallelism: 1, FailureAction: 'pause' },
      }));
      swarm.run(9_000);
      expect(images(swarm)).toEqual([other]);
      expect(swarm.service('web').UpdateStatus?.State).toBe('completed');
    });

    test('under another configuration has neither its failures nor its delay, nor the places that it changed', () => {
      const swarm = waiting();
      swarm.updateService('web', (spec) => ({
        ...spec,
        UpdateConfig: { Parallelism: 1, Delay: 1e9, MaxFailureRatio: 0.34 },
      }));
      swarm.run(9_000);
      expect(reached(swarm)).toEqual([1, 2, 3]);
      expect(swarm.service('web').UpdateStatus?.State).toBe('paused');
    });
  });

  test('rolls back to the spec before, and says so', () => {
    const swarm = start({ Parallelism: 1, FailureAction: 'rollback', Monitor: 1e9 });
    const old = swarm.service('web').Spec;
    swarm.updateService('web', (spec) => ({ ...spec, ...template('schism/crash') }));
    const states = new Set<string>();
    swarm.onCommit = () => states.add(swarm.service('web').UpdateStatus?.State ?? '');
    swarm.run(15_000);
    expect([...states].filter((state) => state !== '')).toEqual([
      'updating',
      'rollback_started',
      'rollback_completed',
    ]);
    expect(swarm.service('web').Spec).toEqual(old);
    expect(swarm.service('web').PreviousSpec).toBeUndefined();
    expect(swarm.running('web')).toHaveLength(4);
  });

  describe('that is rolled back by hand', () => {
    /** As the API writes it. */
    const rollBack = (swarm: SmallSwarm, to: Partial<ServiceSpec>): void => {
      swarm.write((open) => {
        const service = swarm.service('web');
        const UpdateStatus = {
          State: 'rollback_started',
          StartedAt: service.UpdatedAt,
          Message: 'manually requested rollback',
        } as const;
        const Spec = { ...service.Spec, ...to };
        const next = { ...service, Spec, PreviousSpec: service.Spec, UpdateStatus };
        open.update('service', next, undefined);
      });
    };

    test('goes as the configuration of rollbacks says, and is a rollback to its end', () => {
      const swarm = start({ Parallelism: 1, Delay: 9e9 });
      const seen = observed(swarm);
      const RollbackConfig = { Parallelism: 0, Monitor: 1e9 };
      rollBack(swarm, { ...template(other), RollbackConfig });
      swarm.run(3_000);
      expect(images(swarm)).toEqual([other]);
      expect(seen.down).toBeLessThan(3);
      expect(swarm.service('web').UpdateStatus).toMatchObject({
        State: 'rollback_completed',
        Message: 'rollback completed',
      });
    });

    test('pauses as a rollback where it fails, even in the middle of an update', () => {
      const swarm = start({ Parallelism: 1, Delay: 9e9 });
      endings(swarm, 100, 'failed');
      swarm.updateService('web', (spec) => ({ ...spec, ...template(other) }));
      swarm.run(1_000);
      rollBack(swarm, updated);
      swarm.run(2_000);
      expect(swarm.service('web').UpdateStatus).toMatchObject({
        State: 'rollback_paused',
        Message: expect.stringMatching(/^update paused due to failure/) as unknown,
      });
    });

    test('is never rolled back itself, and says so', () => {
      const swarm = start({ Parallelism: 1 });
      endings(swarm, 100, 'failed');
      rollBack(swarm, { ...updated, RollbackConfig: { FailureAction: 'rollback' } });
      swarm.run(2_000);
      expect(swarm.service('web').UpdateStatus).toMatchObject({
        State: 'rollback_paused',
        Message: expect.stringMatching(/^rollback paused due to failure/) as unknown,
      });
    });
  });

  test('goes on under another leader', () => {
    const swarm = start({ Parallelism: 1, Delay: 500e6 });
    swarm.updateService('web', (spec) => ({ ...spec, ...template(other) }));
    swarm.run(700);
    swarm.changeLeader();
    swarm.run(15_000);
    expect(images(swarm)).toEqual([other]);
    expect(swarm.service('web').UpdateStatus?.State).toBe('completed');
  });
});
