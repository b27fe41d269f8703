import { describe, expect, test } from '@jest/globals';
import { isWanted } from '../store/task-transitions.ts';
import { settled } from './testing/services.ts';
import { SmallSwarm } from './testing/swarm.ts';
import { Watcher } from './testing/watcher.ts';

const status = (swarm: SmallSwarm, id: string) => swarm.store.node(id)?.Status;

describe('a node', () => {
  test('is ready once its agent has registered', () => {
    const swarm = settled(3);
    expect(status(swarm, 'node2')).toEqual({ State: 'ready', Message: '', Addr: '10.0.0.2' });
  });

  test('is down after three missed heartbeats, and no sooner', () => {
    const swarm = settled(4);
    swarm.node('node4').cut = true;
    swarm.run(950);
    expect(status(swarm, 'node4')?.State).toBe('ready');
    swarm.run(600);
    expect(status(swarm, 'node4')).toMatchObject({ State: 'down', Message: 'heartbeat failure' });
  });

  test.each([1_510, 4_000, 60_000])(
    'stays ready while the leader is stopped for %d ms, and is not called down for what nobody read',
    (stoppedMs) => {
      const swarm = settled(4);
      swarm.createService('web', { Mode: { Replicated: { Replicas: 4 } } });
      swarm.run(1_000);
      const ids = swarm.running('web').map(({ ID }) => ID);
      swarm.stopLeader(stoppedMs);
      swarm.run(stoppedMs + 3_000);
      expect(swarm.running('web').map(({ ID }) => ID)).toEqual(ids);
      expect(status(swarm, 'node4')?.State).toBe('ready');
    },
  );

  test('that went while the leader was stopped is down one heartbeat later', () => {
    const swarm = settled(4);
    swarm.node('node4').cut = true;
    swarm.stopLeader(4_000);
    swarm.run(4_400);
    expect(status(swarm, 'node4')?.State).toBe('ready');
    swarm.run(200);
    expect(status(swarm, 'node4')).toMatchObject({ State: 'down', Message: 'heartbeat failure' });
  });

  test('is ready again soon after it can be reached again', () => {
    const swarm = settled(4);
    swarm.node('node4').cut = true;
    swarm.run(20_000);
    swarm.node('node4').cut = false;
    swarm.run(2_500);
    expect(status(swarm, 'node4')).toMatchObject({ State: 'ready', Message: '' });
  });

  test('writes nothing while all is well, however long', () => {
    const swarm = settled(5);
    swarm.createService('web');
    swarm.run(2_000);
    const { commits } = swarm;
    swarm.run(3_600_000);
    expect(swarm.commits).toBe(commits);
  });

  test('is disconnected while its agent leaves, and then down', () => {
    const swarm = settled(4);
    swarm.leave(swarm.node('node4'));
    swarm.run(300);
    expect(status(swarm, 'node4')).toMatchObject({
      State: 'disconnected',
      Message: 'node is currently trying to find new manager',
    });
    swarm.run(1_500);
    expect(status(swarm, 'node4')).toMatchObject({ State: 'down', Message: 'heartbeat failure' });
  });

  test('takes the address and the host name that its agent gives', () => {
    const swarm = settled(4);
    swarm.write((open) => {
      const node = open.node('node4');
      if (node === undefined) return;
      const Description = { ...node.Description, Hostname: 'old' };
      open.update('node', { ...node, address: '10.9.9.9:1', Description }, undefined);
    });
    swarm.run(6_000);
    expect(swarm.store.node('node4')).toMatchObject({
      address: '10.0.0.4:2377',
      Description: { Hostname: 'node4' },
    });
  });

  test.each([100, 5_000])(
    'follows a new heartbeat period of %d ms without being down',
    (period) => {
      const swarm = settled(3);
      const states: string[] = [];
      swarm.onCommit = (event) => {
        if (event.kind === 'node' && event.op === 'update') states.push(event.object.Status.State);
      };
      swarm.write((open) => {
        const { cluster } = open;
        if (cluster === undefined) return;
        const Dispatcher = { HeartbeatPeriod: period * 1e6 };
        open.update('cluster', { ...cluster, Spec: { ...cluster.Spec, Dispatcher } }, undefined);
      });
      swarm.run(20_000);
      expect(states).toEqual([]);
      swarm.node('node3').cut = true;
      // The last beat may have come almost a period before.
      swarm.run(1.9 * period);
      expect(states).toEqual([]);
      swarm.run(1.5 * period);
      expect(states).toEqual(['down']);
    },
  );

  test('keeps its state when its spec changes', () => {
    const swarm = settled(3);
    swarm.updateNode('node2', { Labels: { a: 'b' } });
    swarm.run(1_000);
    expect(status(swarm, 'node2')?.State).toBe('ready');
  });
});

describe('a leader change', () => {
  test('makes nodes unknown that were not down, and ready again as they register', () => {
    const swarm = settled(4);
    swarm.node('node4').cut = true;
    swarm.run(3_000);
    const states: string[] = [];
    swarm.onCommit = (event) => {
      if (event.kind === 'node' && event.op === 'update') {
        states.push(`${event.object.ID} ${event.object.Status.State}`);
      }
    };
    swarm.changeLeader(false);
    swarm.run(3_000);
    expect(states.slice(0, 3)).toEqual(['node1 unknown', 'node2 unknown', 'node3 unknown']);
    expect(states.slice(3).sort()).toEqual(['node1 ready', 'node2 ready', 'node3 ready']);
    expect(status(swarm, 'node4')).toMatchObject({ State: 'down', Message: 'heartbeat failure' });
  });

  test('gives nodes twice the usual time before they are down', () => {
    const swarm = settled(4);
    swarm.changeLeader(false);
    swarm.node('node4').cut = true;
    swarm.run(2_900);
    expect(status(swarm, 'node4')).toMatchObject({
      State: 'unknown',
      Message: 'Node moved to "unknown" state due to leadership change in cluster',
    });
    swarm.run(700);
    expect(status(swarm, 'node4')).toMatchObject({
      State: 'down',
      Message: 'heartbeat failure for node in "unknown" state',
    });
  });

  test('alone moves no task, however often', () => {
    const swarm = settled(5);
    swarm.createService('web', { Mode: { Replicated: { Replicas: 7 } } });
    swarm.createService('agent', { Mode: { Global: {} } });
    swarm.run(2_000);
    const where = () =>
      swarm.store.tasks().map(({ ID, NodeID, DesiredState }) => [ID, NodeID, DesiredState]);
    const before = where();
    const changes: string[] = [];
    swarm.onCommit = (event) => {
      if (event.kind === 'task') changes.push(`${event.op} task`);
    };
    for (let change = 0; change < 20; change += 1) {
      swarm.changeLeader();
      swarm.run(200 + 300 * change);
    }
    swarm.run(10_000);
    expect(changes).toEqual([]);
    expect(where()).toEqual(before);
  });
});

describe('the tasks of a node that is down', () => {
  const lost = (): SmallSwarm => {
    const swarm = settled(4);
    swarm.createService('web', { Mode: { Replicated: { Replicas: 4 } } });
    swarm.run(1_000);
    swarm.node('node4').cut = true;
    swarm.run(2_500);
    return swarm;
  };

  test('are replaced elsewhere at once, and are shown as they were last seen', () => {
    const swarm = lost();
    const [old] = swarm.store.tasksOfNode('node4');
    expect(old).toMatchObject({ DesiredState: 'shutdown', Status: { State: 'running' } });
    const running = swarm.running('web').filter(({ NodeID }) => NodeID !== 'node4');
    expect(running.map(({ Slot }) => Slot).sort()).toEqual([1, 2, 3, 4]);
  });

  test('are stopped when it comes back', () => {
    const swarm = lost();
    swarm.node('node4').cut = false;
    swarm.run(3_000);
    expect(swarm.node('node4').executor.running.size).toBe(0);
    expect(swarm.store.tasksOfNode('node4').map(({ Status }) => Status.State)).toEqual([
      'shutdown',
    ]);
  });

  test('are orphaned after a long time, which begins anew with a new leader', () => {
    const swarm = new SmallSwarm({ seed: 1, nodes: 4, config: { orphanAfterMs: 10_000 } });
    swarm.run(1_000);
    swarm.createService('web', { Mode: { Replicated: { Replicas: 4 } } });
    swarm.run(1_000);
    swarm.node('node4').cut = true;
    swarm.run(9_000);
    swarm.changeLeader(false);
    swarm.run(8_000);
    const state = (): string | undefined => swarm.store.tasksOfNode('node4')[0]?.Status.State;
    expect(state()).toBe('running');
    swarm.run(4_000);
    expect(state()).toBe('orphaned');
  });

  test('stay when their service goes, until it comes back: they may still run there', () => {
    const swarm = lost();
    const watcher = new Watcher(swarm);
    swarm.removeService('web');
    swarm.run(2_000);
    expect(swarm.store.tasks()).toMatchObject([
      { NodeID: 'node4', DesiredState: 'remove', Status: { State: 'running' } },
    ]);
    swarm.node('node4').cut = false;
    swarm.run(3_000);
    expect(swarm.node('node4').executor.running.size).toBe(0);
    expect(swarm.store.tasks()).toEqual([]);
    expect(watcher.problems).toEqual([]);
  });

  test('whose service is gone are given up when it is removed', () => {
    const swarm = lost();
    swarm.removeService('web');
    swarm.run(2_000);
    swarm.removeNode('node4');
    swarm.run(1_000);
    expect(swarm.store.tasks()).toEqual([]);
  });

  test('keep their host ports, although their service is gone', () => {
    const swarm = settled(4);
    const web = {
      EndpointSpec: {
        Ports: [{ PublishedPort: 8080, TargetPort: 80, PublishMode: 'host' as const }],
      },
      TaskTemplate: {
        ContainerSpec: { Image: 'schism/echo' },
        Placement: { Constraints: ['node.id == node4'] },
      },
    };
    swarm.createService('web', web);
    swarm.run(1_000);
    swarm.node('node4').cut = true;
    swarm.run(2_500);
    swarm.removeService('web');
    swarm.run(1_000);
    swarm.createService('next', web);
    let most = 0;
    swarm.onExecution = () => {
      most = Math.max(most, swarm.node('node4').executor.running.size);
    };
    swarm.node('node4').cut = false;
    swarm.run(6_000);
    expect(swarm.running('next')).toHaveLength(1);
    expect(most).toBe(1);
  });
});

describe('a node that was removed', () => {
  test('leaves its tasks orphaned and replaced, and its agent stops them', () => {
    const swarm = settled(4);
    swarm.createService('web', { Mode: { Replicated: { Replicas: 4 } } });
    swarm.run(1_000);
    const [task] = swarm.store.tasksOfNode('node4');
    swarm.removeNode('node4');
    swarm.run(2_000);
    expect(swarm.store.task(task?.ID ?? '')).toMatchObject({
      DesiredState: 'shutdown',
      Status: {
        State: 'orphaned',
        Message: 'Task belonged to a node that has been deleted',
      },
    });
    expect(swarm.running('web')).toHaveLength(4);
    expect(swarm.node('node4').executor.running.size).toBe(0);
    expect(swarm.node('node4').agent?.deadline).toBeUndefined();
  });

  test('and was cut off meanwhile learns of it when it asks again', () => {
    const swarm = settled(4);
    swarm.createService('web', { Mode: { Replicated: { Replicas: 4 } } });
    swarm.run(1_000);
    swarm.node('node4').cut = true;
    swarm.run(5_000);
    swarm.removeNode('node4');
    swarm.run(5_000);
    expect(swarm.node('node4').executor.running.size).toBe(1);
    swarm.node('node4').cut = false;
    swarm.run(3_000);
    expect(swarm.node('node4').executor.running.size).toBe(0);
  });
});

describe('an agent that restarts', () => {
  test('goes on with its tasks, which stay the same', () => {
    const swarm = settled(3);
    swarm.createService('web', { Mode: { Replicated: { Replicas: 3 } } });
    swarm.run(1_000);
    const before = swarm.running('web').map(({ ID }) => ID);
    const node = swarm.node('node3');
    swarm.crash(node);
    swarm.run(500);
    swarm.startAgent(node);
    swarm.run(3_000);
    expect(swarm.running('web').map(({ ID }) => ID)).toEqual(before);
    expect(node.executor.running.size).toBe(1);
  });

  test('does so while no manager can be reached', () => {
    const swarm = settled(4);
    swarm.createService('web', { Mode: { Replicated: { Replicas: 4 } } });
    swarm.run(1_000);
    const node = swarm.node('node4');
    node.cut = true;
    swarm.crash(node);
    swarm.startAgent(node);
    swarm.run(500);
    expect(node.executor.running.size).toBe(1);
  });
});

describe('history', () => {
  test('is kept up to its limit, slot by slot', () => {
    const swarm = settled(3);
    swarm.createService('web', {
      Mode: { Replicated: { Replicas: 2 } },
      TaskTemplate: {
        ContainerSpec: { Image: 'schism/crash' },
        RestartPolicy: { Delay: 0 },
      },
    });
    swarm.run(20_000);
    const old = swarm.tasks('web').filter(({ DesiredState }) => !isWanted(DesiredState));
    for (const slot of [1, 2]) {
      const count = old.filter(({ Slot }) => Slot === slot).length;
      expect(count).toBeGreaterThanOrEqual(5);
      // One may have ended since the reaper last looked.
      expect(count).toBeLessThanOrEqual(7);
    }
  });

  test.each([
    [0, 0],
    [2, 2],
    [-1, 20],
  ])('with a limit of %d holds %d ended tasks', (limit, held) => {
    const swarm = settled(3);
    swarm.write((open) => {
      const { cluster } = open;
      if (cluster === undefined) return;
      const Orchestration = { TaskHistoryRetentionLimit: limit };
      open.update('cluster', { ...cluster, Spec: { ...cluster.Spec, Orchestration } }, undefined);
    });
    swarm.createService('web', { Mode: { Replicated: { Replicas: 1 } } });
    for (let round = 1; round <= 20; round += 1) {
      swarm.updateService('web', (spec) => ({
        ...spec,
        TaskTemplate: { ...spec.TaskTemplate, ForceUpdate: round },
      }));
      swarm.run(1_000);
    }
    expect(swarm.tasks('web').length - 1).toBe(held);
  });

  test('is of tasks that have ended, not of those that never began', () => {
    const swarm = settled(3);
    swarm.createService('web', { Mode: { Replicated: { Replicas: 1 } } });
    const update = (round: number, Constraints: readonly string[] = []): void => {
      swarm.updateService('web', (spec) => ({
        ...spec,
        TaskTemplate: { ...spec.TaskTemplate, Placement: { Constraints }, ForceUpdate: round },
      }));
      swarm.run(1_000);
    };
    for (let round = 1; round <= 8; round += 1) update(round);
    // No node may have these: each is given up for the next one while it is pending.
    for (let round = 9; round <= 12; round += 1) update(round, ['node.hostname==nowhere']);
    const old = swarm.tasks('web').filter(({ DesiredState }) => !isWanted(DesiredState));
    const rounds = old.map(({ Spec }) => Spec.ForceUpdate ?? 0);
    expect(rounds.sort((left, right) => left - right)).toEqual([4, 5, 6, 7, 8]);
  });

  test('is the newest, also where the clock of a new leader is behind', () => {
    const swarm = settled(3);
    swarm.createService('web', { Mode: { Replicated: { Replicas: 1 } } });
    const update = (round: number): void => {
      swarm.updateService('web', (spec) => ({
        ...spec,
        TaskTemplate: { ...spec.TaskTemplate, ForceUpdate: round },
      }));
      swarm.run(1_000);
    };
    for (let round = 1; round <= 8; round += 1) update(round);
    swarm.changeLeader(false);
    swarm.wallOffMs = -3_600_000;
    swarm.run(1_000);
    for (let round = 9; round <= 12; round += 1) update(round);
    const rounds = swarm.tasks('web').map(({ Spec }) => Spec.ForceUpdate ?? 0);
    expect(rounds.sort((left, right) => left - right)).toEqual([7, 8, 9, 10, 11, 12]);
  });
});
