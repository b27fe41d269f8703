import type { LiveBackend } from '../live/backend.ts';
import { startCluster } from '../live/cluster.ts';
import { openDockerWorld, type DockerWorldGiven } from './world.ts';

/** Clusters in containers behind the real Toxiproxy. */
export const dockerBackend = (
  options: Pick<DockerWorldGiven, 'toxiproxyImage' | 'state' | 'parentFolder'> = {},
): LiveBackend => ({
  name: 'docker',
  start: (target, start) =>
    startCluster(target, start, (nodes, events) =>
      openDockerWorld({ ...options, target, nodes, settings: start.settings ?? {}, events }),
    ),
});
