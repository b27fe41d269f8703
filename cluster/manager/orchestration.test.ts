import { describe, expect, test } from '@jest/globals';
import { encodeActions, entryBytesMax } from '../store/actions.ts';
import type { ServiceSpec } from '../store/objects.ts';
import { replicas, settled, slots, template, wanted } from './testing/services.ts';
import type { SmallSwarm } from './testing/swarm.ts';
import { Watcher } from './testing/watcher.ts';

describe('a replicated service', () => {
  test('gets a running task in each of its slots, from 1', () => {
    const swarm = settled();
    swarm.createService('web', replicas(4));
    swarm.run(500);
    expect(slots(swarm.running('web'))).toEqual([1, 2, 3, 4]);
  });

  test('has one task where it does not say how many', () => {
    const swarm = settled();
    swarm.write((open) => {
      const Spec = { Name: 'web', TaskTemplate: { ContainerSpec: { Image: 'schism/echo' } } };
      open.create('service', { ID: 's', Spec });
    });
    swarm.run(500);
    expect(swarm.running('web')).toHaveLength(1);
  });

  test('keeps its running tasks when it is scaled, and fills the lowest free slots', () => {
    const swarm = settled();
    swarm.createService('web', replicas(4));
    swarm.run(500);
    const before = swarm.running('web').map(({ ID }) => ID);
    swarm.updateService('web', (spec) => ({ ...spec, ...replicas(2) }));
    swarm.run(1_000);
    expect(swarm.tasks('web')).toHaveLength(2);
    expect(before).toEqual(expect.arrayContaining(swarm.tasks('web').map(({ ID }) => ID)));
    swarm.updateService('web', (spec) => ({ ...spec, ...replicas(6) }));
    swarm.run(1_000);
    expect(slots(swarm.running('web'))).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test('gets its tasks in as many entries as they need, however large they are together', () => {
    const swarm = settled();
    swarm.isGivenUp = ({ actions }) => {
      expect(encodeActions(actions).length).toBeLessThanOrEqual(entryBytesMax);
      return false;
    };
    const Ports = Array.from({ length: 300 }, (_, at) => ({
      Protocol: 'tcp',
      TargetPort: 1 + at,
      PublishedPort: 10_000 + at,
    }));
    swarm.createService('web', { ...replicas(150), EndpointSpec: { Ports } });
    swarm.run(10_000);
    expect(swarm.running('web')).toHaveLength(150);
  });

  test('gives up slots that do not run before those that do', () => {
    const swarm = settled(3);
    swarm.createService('web', {
      ...replicas(4),
      ...template('schism/echo', { Placement: { MaxReplicas: 1 } }),
    });
    swarm.run(500);
    const running = swarm.running('web').map(({ ID }) => ID);
    expect(running).toHaveLength(3);
    swarm.updateService('web', (spec) => ({ ...spec, ...replicas(3) }));
    swarm.run(500);
    expect(swarm.tasks('web').map(({ ID }) => ID)).toEqual(running);
  });

  test('gives up copies on the fullest node first', () => {
    const swarm = settled(3);
    swarm.createService('web', replicas(5));
    swarm.run(500);
    swarm.updateService('web', (spec) => ({ ...spec, ...replicas(3) }));
    swarm.run(1_000);
    expect(new Set(swarm.running('web').map(({ NodeID }) => NodeID)).size).toBe(3);
  });

  test('leaves nothing behind when it is removed', () => {
    const swarm = settled();
    swarm.createService('web', replicas(4));
    swarm.run(500);
    swarm.removeService('web');
    swarm.run(1_000);
    expect(swarm.store.tasks()).toEqual([]);
    expect(swarm.nodes.flatMap(({ executor }) => [...executor.running.keys()])).toEqual([]);
  });

  test('is brought back to its number by the periodic look, whatever happened to its tasks', () => {
    const swarm = settled();
    const id = swarm.createService('web', replicas(2));
    swarm.run(500);
    swarm.changeLeader(false);
    // While nobody leads, a task vanishes: no event tells the next leader.
    const [task] = swarm.store.tasksOfService(id);
    swarm.write((open) => open.remove('task', task?.ID ?? ''));
    swarm.run(6_000);
    expect(slots(swarm.running('web'))).toEqual([1, 2]);
  });
});

describe('a global service', () => {
  const global: Partial<ServiceSpec> = { Mode: { Global: {} } };

  test('runs once on every node, without slots', () => {
    const swarm = settled(4);
    swarm.createService('agent', global);
    swarm.run(500);
    const running = swarm.running('agent');
    expect(running.map(({ NodeID }) => NodeID).sort()).toEqual([
      'node1',
      'node2',
      'node3',
      'node4',
    ]);
    expect(slots(running)).toEqual([0, 0, 0, 0]);
  });

  test('comes to a node that joins, and returns to one that is no longer drained', () => {
    const swarm = settled(3);
    swarm.createService('agent', global);
    swarm.run(500);
    swarm.updateNode('node2', { Availability: 'drain' });
    swarm.run(500);
    expect(swarm.running('agent')).toHaveLength(2);
    swarm.addNode();
    swarm.updateNode('node2', { Availability: 'active' });
    swarm.run(1_000);
    expect(swarm.running('agent')).toHaveLength(4);
  });

  test('gets no task on nodes that are down, drained or paused', () => {
    const swarm = settled(4);
    swarm.node('node4').cut = true;
    swarm.run(3_000);
    swarm.updateNode('node2', { Availability: 'drain' });
    swarm.updateNode('node3', { Availability: 'pause' });
    swarm.createService('agent', global);
    swarm.run(500);
    expect(swarm.tasks('agent').map(({ NodeID }) => NodeID)).toEqual(['node1']);
  });

  test('keeps its task on a paused node', () => {
    const swarm = settled(3);
    swarm.createService('agent', global);
    swarm.run(500);
    swarm.updateNode('node3', { Availability: 'pause' });
    swarm.run(1_000);
    expect(swarm.running('agent')).toHaveLength(3);
  });

  test('leaves a node that no longer meets its constraints, and comes to one that does now', () => {
    const swarm = settled(3);
    swarm.updateNode('node1', { Labels: { zone: 'a' } });
    swarm.createService('agent', {
      ...global,
      ...template('schism/echo', { Placement: { Constraints: ['node.labels.zone == a'] } }),
    });
    swarm.run(500);
    expect(swarm.running('agent').map(({ NodeID }) => NodeID)).toEqual(['node1']);
    swarm.updateNode('node1', { Labels: {} });
    swarm.updateNode('node2', { Labels: { zone: 'a' } });
    swarm.run(1_000);
    expect(swarm.tasks('agent').map(({ NodeID }) => NodeID)).toEqual(['node2']);
    expect(swarm.node('node1').executor.running.size).toBe(0);
  });
});

describe('the restart policy', () => {
  const ends = (swarm: SmallSwarm, name: string): number =>
    swarm.tasks(name).filter(({ Status }) => /complete|failed|rejected/.test(Status.State)).length;

  test('restarts a failed task for ever by default, each time after the delay', () => {
    const swarm = settled();
    const starts: number[] = [];
    swarm.createService('web', {
      ...replicas(1),
      ...template('schism/crash', { RestartPolicy: { Delay: 400e6 } }),
    });
    swarm.onExecution = (_task, _node, runs) => {
      if (runs) starts.push(swarm.now);
    };
    swarm.run(10_000);
    expect(starts.length).toBeGreaterThan(10);
    // Each runs for 100 ms, and the leader hears of its end a little later.
    const gaps = starts.slice(1).map((at, before) => at - (starts[before] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(500);
    expect(Math.max(...gaps)).toBeLessThan(800);
  });

  test('waits for the delay once, also where the entry that ends it is given up', () => {
    const swarm = settled();
    swarm.createService('web', {
      ...replicas(1),
      ...template('schism/crash', { RestartPolicy: { Delay: 20e9 } }),
    });
    let givenUp = 0;
    swarm.isGivenUp = ({ actions }) => {
      const starts = actions.some(
        (action) =>
          action.op === 'update' &&
          action.kind === 'task' &&
          action.object.DesiredState === 'running' &&
          action.object.Status.State === 'ready',
      );
      if (starts) givenUp += 1;
      return starts && givenUp === 1;
    };
    swarm.run(15_000);
    expect(ends(swarm, 'web')).toBe(1);
    swarm.run(10_000);
    expect(givenUp).toBe(2);
    expect(ends(swarm, 'web')).toBe(2);
  });

  test('waits for the delay also where an earlier task is given up at that moment', () => {
    const gaps = Array.from({ length: 100 }, (_, seed) => {
      const swarm = settled(5, seed + 1);
      const [away] = swarm.nodes.slice(-1);
      if (away === undefined) throw new Error('there is no last node');
      away.cut = true;
      swarm.createService('web', {
        ...replicas(2),
        ...template('schism/sleep', {
          RestartPolicy: { Delay: 400e6 },
          Placement: { Constraints: ['node.role == worker'] },
        }),
      });
      swarm.run(50);
      const slot = swarm.tasks('web').find(({ NodeID }) => NodeID === away.id)?.Slot;
      let ended = -Infinity;
      let shortest = Infinity;
      swarm.onExecution = (taskId, nodeId, runs) => {
        if (nodeId === away.id || swarm.store.task(taskId)?.Slot !== slot) return;
        if (runs) shortest = Math.min(shortest, swarm.now - ended);
        else ended = swarm.now;
      };
      // It never started the task, and says so when it is back.
      swarm.run(2_600 + 12 * seed);
      away.cut = false;
      swarm.run(2_000);
      return shortest;
    });
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(400);
    expect(Math.min(...gaps)).toBeLessThan(800);
  });

  test.each([
    ['none', 'schism/crash', 0, 1],
    ['none', 'schism/sleep', 0, 1],
    ['on-failure', 'schism/sleep', 0, 1],
    ['on-failure', 'schism/crash', 3, 4],
    ['any', 'schism/sleep', 2, 3],
    ['any', 'schism/missing', 2, 3],
  ] as const)(
    '%s of %s with %d attempts makes %d tasks',
    (Condition, image, MaxAttempts, tasks) => {
      const swarm = settled();
      swarm.createService('web', {
        ...replicas(1),
        ...template(image, { RestartPolicy: { Condition, MaxAttempts, Delay: 0 } }),
      });
      swarm.run(10_000);
      expect(ends(swarm, 'web')).toBe(tasks);
      expect(wanted(swarm.tasks('web'))).toEqual([]);
    },
  );

  test('gives no new attempts for a leader change, nor for scaling', () => {
    const swarm = settled();
    swarm.createService('web', {
      ...replicas(1),
      ...template('schism/crash', { RestartPolicy: { MaxAttempts: 2, Delay: 0 } }),
    });
    for (let change = 0; change < 5; change += 1) {
      swarm.run(300);
      swarm.changeLeader();
      swarm.run(3_000);
      swarm.updateService('web', (spec) => ({ ...spec, ...replicas(1 + (change % 2)) }));
    }
    expect(swarm.tasks('web').filter(({ Slot }) => Slot === 1)).toHaveLength(3);
  });

  test('gives new attempts with a new template', () => {
    const swarm = settled();
    swarm.createService('web', {
      ...replicas(1),
      ...template('schism/crash', { RestartPolicy: { MaxAttempts: 1, Delay: 0 } }),
    });
    swarm.run(3_000);
    swarm.updateService('web', (spec) => ({ ...spec, ...template('schism/echo') }));
    swarm.run(1_000);
    expect(swarm.running('web')).toHaveLength(1);
  });

  test('counts within its window, back from the last end, whoever looks whenever', () => {
    const limited = (RestartPolicy: object) =>
      template('schism/crash', { RestartPolicy: { MaxAttempts: 2, Delay: 0, ...RestartPolicy } });
    const swarm = settled();
    let starts = 0;
    swarm.onExecution = (_task, _node, runs) => (starts += Number(runs));
    swarm.createService('web', { ...replicas(1), ...limited({ Window: 2e9 }) });
    swarm.run(1_900);
    expect(starts).toBe(3);
    // The window has passed, and a leader comes whose clock is hours ahead.
    swarm.run(18_000);
    swarm.wallOffMs = 2 * 3_600_000;
    swarm.changeLeader(false);
    swarm.run(18_000);
    expect(starts).toBe(3);
    // Where two ends lie further apart than that, the earlier one does not count.
    swarm.createService('slow', { ...replicas(1), ...limited({ Window: 50e6 }) });
    swarm.run(3_000);
    expect(starts).toBeGreaterThan(3 + 6);
  });

  test.each(['none', 'on-failure'] as const)(
    'lets a task run once, where it says %s and no history is kept',
    (Condition) => {
      const swarm = settled();
      swarm.write((open) => {
        const { cluster } = open;
        if (cluster === undefined) return;
        const Orchestration = { TaskHistoryRetentionLimit: 0 };
        open.update('cluster', { ...cluster, Spec: { ...cluster.Spec, Orchestration } }, undefined);
      });
      let starts = 0;
      swarm.onExecution = (_task, _node, runs) => (starts += Number(runs));
      const once = template('schism/sleep', { RestartPolicy: { Condition } });
      swarm.createService('once', { ...replicas(1), ...once });
      swarm.run(30_000);
      expect(starts).toBe(1);
      // Others that take the place leave none of it.
      swarm.updateService('once', (spec) => ({ ...spec, ...template('schism/echo') }));
      swarm.run(5_000);
      expect(swarm.tasks('once')).toHaveLength(1);
    },
  );

  test('applies to each node of a global service by itself', () => {
    const swarm = settled(3);
    swarm.createService('web', {
      Mode: { Global: {} },
      ...template('schism/crash', { RestartPolicy: { MaxAttempts: 1, Delay: 0 } }),
    });
    swarm.run(3_000);
    expect(swarm.tasks('web')).toHaveLength(6);
  });
});

describe('a drained node', () => {
  test('loses all its tasks, which start elsewhere once the old ones have stopped', () => {
    const swarm = settled(3);
    const watcher = new Watcher(swarm);
    swarm.createService('web', replicas(6));
    swarm.run(500);
    swarm.updateNode('node2', { Availability: 'drain' });
    swarm.run(1_500);
    expect(slots(swarm.running('web'))).toEqual([1, 2, 3, 4, 5, 6]);
    expect(wanted(swarm.store.tasksOfNode('node2'))).toEqual([]);
    expect(swarm.node('node2').executor.running.size).toBe(0);
    expect(watcher.problems).toEqual([]);
  });

  test('gets none of them back by itself', () => {
    const swarm = settled(3);
    swarm.createService('web', replicas(6));
    swarm.run(500);
    swarm.updateNode('node2', { Availability: 'drain' });
    swarm.run(1_500);
    const where = swarm.running('web').map(({ ID, NodeID }) => [ID, NodeID]);
    swarm.updateNode('node2', { Availability: 'active' });
    swarm.run(10_000);
    expect(swarm.running('web').map(({ ID, NodeID }) => [ID, NodeID])).toEqual(where);
  });
});

describe('a paused node', () => {
  test('keeps its tasks and gets no new ones', () => {
    const swarm = settled(3);
    swarm.createService('web', replicas(3));
    swarm.run(500);
    swarm.updateNode('node3', { Availability: 'pause' });
    swarm.updateService('web', (spec) => ({ ...spec, ...replicas(9) }));
    swarm.run(1_000);
    expect(swarm.running('web')).toHaveLength(9);
    expect(wanted(swarm.store.tasksOfNode('node3'))).toHaveLength(1);
  });
});
