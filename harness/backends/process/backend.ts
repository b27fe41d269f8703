import type { LiveBackend } from '../live/backend.ts';
import { startCluster } from '../live/cluster.ts';
import { LiveFailure } from '../live/failure.ts';
import { openProcessWorld, type ProcessOptions } from './world.ts';

/**
 * Clusters of local processes: every node a child process with a data folder of its own, on 127.0.0.1 and ports of the
 * kernel's choice, every directed link through a proxy of its own. Needs nothing but Node, on Linux and macOS.
 */
export const processBackend = (options: ProcessOptions = {}): LiveBackend => ({
  name: 'process',
  async start(target, startOptions) {
    const { process: program } = target;
    if (program === undefined)
      throw new LiveFailure({
        place: `target ${target.name}`,
        what: 'it does not say how it is started as a process',
        nextStep: 'give it `process`, or choose another backend',
      });
    return startCluster(target, startOptions, (nodes, events) =>
      openProcessWorld(
        { target, program, nodes, settings: startOptions.settings, events },
        options,
      ),
    );
  },
});
