/** What tests of updates start from, and what they read of one under way. */
import type { ServiceSpec } from '../../store/objects.ts';
import { replicas, settled, slots, template } from './services.ts';
import type { SmallSwarm } from './swarm.ts';

/** Four tasks of `web` run, on three nodes; it is updated as `config` says. */
export const started = (config: Record<string, unknown> | undefined): SmallSwarm => {
  const swarm = settled(3);
  swarm.createService('web', {
    ...replicas(4),
    ...(config === undefined ? {} : { UpdateConfig: config as never }),
  });
  swarm.run(1_000);
  return swarm;
};

/** The fewest and the most tasks of `web` that run at once from now on; more is added as time passes. */
export const observed = (swarm: SmallSwarm): { down: number; up: number } => {
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

/** Of the tasks of `web` that run. */
export const images = (swarm: SmallSwarm): readonly string[] => [
  ...new Set(swarm.running('web').map(({ Spec }) => Spec.ContainerSpec.Image)),
];

/** Runs for ever, as the image before it does. */
export const otherImage = 'schism/echo:2';

/** An update to tasks that end as `endings` says. */
export const updated: Partial<ServiceSpec> = template('schism/soon');

/** How `updated` tasks end, and how long after they came up. */
export const endings = (swarm: SmallSwarm, afterMs: number, state: 'complete' | 'failed'): void => {
  swarm.endings.set('schism/soon', { afterMs, state });
};

/** The slots that have, or had, an `updated` task. */
export const reached = (swarm: SmallSwarm): readonly number[] => [
  ...new Set(
    slots(swarm.tasks('web').filter(({ Spec }) => Spec.ContainerSpec.Image === 'schism/soon')),
  ),
];
