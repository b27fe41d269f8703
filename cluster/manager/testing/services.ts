/** What tests of orchestrators and updates ask a small swarm for, and read of its tasks. */
import type { ServiceSpec, TaskObject } from '../../store/objects.ts';
import { isWanted } from '../../store/task-transitions.ts';
import { SmallSwarm } from './swarm.ts';

/** A swarm in which every node has reported. */
export const settled = (nodes = 5, seed = 1): SmallSwarm => {
  const swarm = new SmallSwarm({ seed, nodes });
  swarm.run(1_000);
  return swarm;
};

export const replicas = (count: number): Partial<ServiceSpec> => ({
  Mode: { Replicated: { Replicas: count } },
});

export const template = (
  image: string,
  more: Partial<ServiceSpec['TaskTemplate']> = {},
): Partial<ServiceSpec> => ({ TaskTemplate: { ContainerSpec: { Image: image }, ...more } });

export const slots = (tasks: readonly TaskObject[]): readonly number[] =>
  tasks.map(({ Slot }) => Slot).sort((left, right) => left - right);

export const wanted = (tasks: readonly TaskObject[]): readonly TaskObject[] =>
  tasks.filter((task) => isWanted(task.DesiredState));
