import type { Ms } from '../../core/cluster.ts';
import type { LiveBackend } from '../live/backend.ts';
import { startCluster } from '../live/cluster.ts';
import type { DockerOptions } from './open-world.ts';

/** Containers start more slowly than processes, and several at once more slowly still. */
const readyMs: Ms = 30_000;

/** Clusters in containers behind the real Toxiproxy. */
export const dockerBackend = (options: DockerOptions = {}): LiveBackend => ({
  name: 'docker',
  start: (target, start) =>
    startCluster(target, { readyMs, ...start }, async (nodes, events) => {
      // It brings testcontainers along, a third of the command's start, which other worlds do not need.
      const { openDockerWorld } = await import('./open-world.ts');
      return openDockerWorld(
        { target, nodes, settings: start.settings ?? {}, events, signal: start.signal },
        options,
      );
    }),
});
