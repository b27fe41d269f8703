import type { LiveBackend } from '../live/backend.ts';
import { startCluster } from '../live/cluster.ts';
import { openDockerWorld, type DockerOptions } from './open-world.ts';

/** Clusters in containers behind the real Toxiproxy. */
export const dockerBackend = (options: DockerOptions = {}): LiveBackend => ({
  name: 'docker',
  start: (target, start) =>
    startCluster(target, start, (nodes, events) =>
      openDockerWorld({ target, nodes, settings: start.settings ?? {}, events }, options),
    ),
});
