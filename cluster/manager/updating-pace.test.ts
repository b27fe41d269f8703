/** How many tasks an update replaces at once, in which order, and when it goes on. */
import { describe, expect, test } from '@jest/globals';
import { replicas, settled, slots, template } from './testing/services.ts';
import type { SmallSwarm } from './testing/swarm.ts';
import {
  endings,
  images,
  observed,
  otherImage,
  reached,
  started,
  updated,
} from './testing/updates.ts';
import { Watcher } from './testing/watcher.ts';

describe('an update', () => {
  test('replaces one task after the other by default, stopping each before its successor starts', () => {
    const swarm = started(undefined);
    const watcher = new Watcher(swarm);
    const seen = observed(swarm);
    swarm.updateService('web', (spec) => ({ ...spec, ...template(otherImage) }));
    swarm.run(3_000);
    expect(images(swarm)).toEqual([otherImage]);
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
    [3, 1],
    [0, 0],
  ])('with a parallelism of %d leaves %d of 4 running at the fewest', (Parallelism, least) => {
    const swarm = started({ Parallelism });
    const seen = observed(swarm);
    swarm.updateService('web', (spec) => ({ ...spec, ...template(otherImage) }));
    swarm.run(3_000);
    expect(images(swarm)).toEqual([otherImage]);
    expect(seen.down).toBe(least);
  });

  test('takes a place for done only when its new task runs, also where the old one is deleted before', () => {
    const swarm = settled(1);
    swarm.updateNode('node1', { Availability: 'drain' });
    // Nobody takes any task: an old one is deleted as soon as it is not wanted.
    swarm.createService('web', replicas(2));
    swarm.run(500);
    swarm.updateService('web', (spec) => ({ ...spec, ...template(otherImage) }));
    swarm.run(1_000);
    const made = (slot: number): readonly string[] =>
      swarm
        .tasks('web')
        .filter(({ Slot }) => Slot === slot)
        .map(({ Spec }) => Spec.ContainerSpec.Image);
    expect([made(1), made(2)]).toEqual([[otherImage], ['schism/echo']]);
    swarm.updateService('web', (spec) => ({ ...spec, ...replicas(3) }));
    swarm.run(1_000);
    expect([made(1), made(2), made(3)]).toEqual([[otherImage], ['schism/echo'], [otherImage]]);
  });

  test('waits between places as long as its delay says', () => {
    const swarm = started({ Parallelism: 1, Delay: 2e9 });
    swarm.updateService('web', (spec) => ({ ...spec, ...template(otherImage) }));
    swarm.run(4_000);
    expect(images(swarm)).toHaveLength(2);
    swarm.run(6_000);
    expect(images(swarm)).toEqual([otherImage]);
  });

  test('goes on as it was where a write says the same of its tasks again', () => {
    const swarm = started({ Parallelism: 1, Delay: 2e9 });
    swarm.updateService('web', (spec) => ({ ...spec, ...template(otherImage) }));
    swarm.run(500);
    const replaced = (): number =>
      swarm.running('web').filter(({ Spec }) => Spec.ContainerSpec.Image === otherImage).length;
    expect(replaced()).toBe(1);
    // As it comes out of a request, or of the log: another object, which says the same.
    swarm.updateService('web', (spec) => ({ ...structuredClone(spec), Labels: { mark: '2' } }));
    swarm.run(1_000);
    expect(replaced()).toBe(1);
    swarm.run(2_000);
    expect(replaced()).toBe(2);
  });

  test('goes from place to place after its delay, however often a finished place restarts', () => {
    const swarm = started({ Parallelism: 1, Delay: 4e9, Monitor: 1e9, FailureAction: 'continue' });
    endings(swarm, 1_500, 'complete');
    swarm.updateService('web', (spec) => ({ ...spec, ...updated }));
    swarm.run(11_000);
    expect(reached(swarm)).toEqual([1, 2, 3]);
    swarm.run(4_000);
    expect(reached(swarm)).toEqual([1, 2, 3, 4]);
    swarm.run(4_000);
    expect(swarm.service('web').UpdateStatus?.State).toBe('completed');
  });

  test('goes on under another leader', () => {
    const swarm = started({ Parallelism: 1, Delay: 500e6 });
    swarm.updateService('web', (spec) => ({ ...spec, ...template(otherImage) }));
    swarm.run(700);
    swarm.changeLeader();
    swarm.run(15_000);
    expect(images(swarm)).toEqual([otherImage]);
    expect(swarm.service('web').UpdateStatus?.State).toBe('completed');
  });

  describe('that takes the place of another one', () => {
    /** It has replaced one task, which failed, and waits. */
    const waiting = (): SmallSwarm => {
      const swarm = started({ Parallelism: 1, Delay: 30e9, FailureAction: 'continue' });
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
        ...template(otherImage),
        UpdateConfig: { Parallelism: 1, FailureAction: 'pause' },
      }));
      swarm.run(9_000);
      expect(images(swarm)).toEqual([otherImage]);
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
});
