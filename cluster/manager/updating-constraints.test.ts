/** Tasks whose nodes no longer meet the constraints move as the update says. */
import { describe, expect, test } from '@jest/globals';
import type { ServiceSpec, TaskObject } from '../store/objects.ts';
import { sampleTask } from '../store/testing/sample-objects.ts';
import { attemptsOf, makingOf } from './place.ts';
import { replicas, settled, template } from './testing/services.ts';
import type { SmallSwarm } from './testing/swarm.ts';
import { observed } from './testing/updates.ts';
import { Watcher } from './testing/watcher.ts';

describe('an update', () => {
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
});
