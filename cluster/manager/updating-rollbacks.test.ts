/** Updates that are taken back, because they failed or by hand. */
import { describe, expect, test } from '@jest/globals';
import { encodeActions, entryBytesMax } from '../store/actions.ts';
import type { ServiceSpec } from '../store/objects.ts';
import { settled, template } from './testing/services.ts';
import type { SmallSwarm } from './testing/swarm.ts';
import { endings, images, observed, otherImage, started, updated } from './testing/updates.ts';

describe('an update', () => {
  test('rolls back to the spec before, and says so', () => {
    const swarm = started({ Parallelism: 1, FailureAction: 'rollback', Monitor: 1e9 });
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
      const swarm = started({ Parallelism: 1, Delay: 9e9 });
      const seen = observed(swarm);
      const RollbackConfig = { Parallelism: 0, Monitor: 1e9 };
      rollBack(swarm, { ...template(otherImage), RollbackConfig });
      swarm.run(3_000);
      expect(images(swarm)).toEqual([otherImage]);
      expect(seen.down).toBeLessThan(3);
      expect(swarm.service('web').UpdateStatus).toMatchObject({
        State: 'rollback_completed',
        Message: 'rollback completed',
      });
    });

    test('pauses as a rollback where it fails, even in the middle of an update', () => {
      const swarm = started({ Parallelism: 1, Delay: 9e9 });
      endings(swarm, 100, 'failed');
      swarm.updateService('web', (spec) => ({ ...spec, ...template(otherImage) }));
      swarm.run(1_000);
      rollBack(swarm, updated);
      swarm.run(2_000);
      expect(swarm.service('web').UpdateStatus).toMatchObject({
        State: 'rollback_paused',
        Message: expect.stringMatching(/^update paused due to failure/) as unknown,
      });
    });

    test('is never rolled back itself, and says so', () => {
      const swarm = started({ Parallelism: 1 });
      endings(swarm, 100, 'failed');
      rollBack(swarm, { ...updated, RollbackConfig: { FailureAction: 'rollback' } });
      swarm.run(2_000);
      expect(swarm.service('web').UpdateStatus).toMatchObject({
        State: 'rollback_paused',
        Message: expect.stringMatching(/^rollback paused due to failure/) as unknown,
      });
    });
  });
});
