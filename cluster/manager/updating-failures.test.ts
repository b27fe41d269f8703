/** What an update makes of tasks that fail, and for how long it watches them. */
import { describe, expect, test } from '@jest/globals';
import { settled, template, wanted } from './testing/services.ts';
import { endings, images, otherImage, reached, started, updated } from './testing/updates.ts';

describe('an update', () => {
  test('pauses at the first failure, and says which task failed', () => {
    const swarm = started(undefined);
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
    const swarm = started(undefined);
    swarm.updateService('web', (spec) => ({ ...spec, ...template('schism/missing') }));
    swarm.run(5_000);
    swarm.updateService('web', (spec) => ({ ...spec, ...template(otherImage) }));
    swarm.run(10_000);
    expect(images(swarm)).toEqual([otherImage]);
    expect(swarm.running('web')).toHaveLength(4);
    expect(swarm.service('web').UpdateStatus?.State).toBe('completed');
  });

  test('goes on over failures where it is told to', () => {
    const swarm = started({ Parallelism: 1, FailureAction: 'continue' });
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

  test('tolerates failures up to the ratio that it names', () => {
    const swarm = started({ Parallelism: 1, MaxFailureRatio: 0.5, Monitor: 1e9 });
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
      const swarm = started({ Parallelism: 0, FailureAction, Monitor: 2e9 });
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

  test('counts one failure a place, however often its task restarts', () => {
    const swarm = started({ Parallelism: 1, Delay: 2e9, Monitor: 9e9, MaxFailureRatio: 0.5 });
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
    const swarm = started({ Parallelism: 0, ...config });
    endings(swarm, afterMs, 'failed');
    swarm.updateService('web', (spec) => ({ ...spec, ...updated }));
    swarm.run(6_000);
    expect(swarm.service('web').UpdateStatus?.State).toBe('paused');
  });
});
