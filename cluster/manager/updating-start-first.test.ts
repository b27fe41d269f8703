/** Updates that start the new task before they stop the old one. */
import { describe, expect, test } from '@jest/globals';
import { template } from './testing/services.ts';
import { images, observed, otherImage, started } from './testing/updates.ts';
import { Watcher } from './testing/watcher.ts';

describe('an update', () => {
  test('that starts first never has less than all running', () => {
    const swarm = started({ Parallelism: 1, Order: 'start-first' });
    const watcher = new Watcher(swarm);
    const seen = observed(swarm);
    swarm.updateService('web', (spec) => ({ ...spec, ...template(otherImage) }));
    swarm.run(3_000);
    expect(images(swarm)).toEqual([otherImage]);
    expect(seen.down).toBe(4);
    expect(watcher.problems).toEqual([]);
  });

  test.each([
    ['told to go on over failures', { FailureAction: 'continue' }],
    ['told to bear that many', { MaxFailureRatio: 1 }],
  ])(
    'that starts first and is %s comes to its end, whatever becomes of its tasks',
    (_case, config) => {
      const swarm = started({ Parallelism: 1, Order: 'start-first', Monitor: 1e9, ...config });
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
    const swarm = started({ Parallelism: 1, Order: 'start-first', FailureAction: 'continue' });
    swarm.updateService('web', (spec) => ({
      ...spec,
      ...template(otherImage, { Resources: { Reservations: { NanoCPUs: 64e9 } } }),
    }));
    swarm.run(30_000);
    expect(swarm.service('web').UpdateStatus?.State).toBe('updating');
    expect(swarm.tasks('web')).toHaveLength(5);
    swarm.updateService('web', (spec) => ({ ...spec, ...template(otherImage) }));
    swarm.run(10_000);
    expect(swarm.service('web').UpdateStatus?.State).toBe('completed');
    expect(images(swarm)).toEqual([otherImage]);
  });

  test('that starts first comes to its end under another leader', () => {
    const swarm = started({
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
});
