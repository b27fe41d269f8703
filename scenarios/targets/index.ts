/** Targets that come with the package, ready for `run`, `schedules` and `start`. */
import Docker from 'dockerode';
import type { System } from '../../harness/library/system.ts';
import { ensureNodeImage } from './reference/image.ts';
import { referenceLive } from './reference/live.ts';
import { nodeProgram } from './reference/node-program.ts';
import { referenceInSim } from './reference/sim.ts';
import { referenceSwarm as target } from './reference/target.ts';

export type SwarmOptions = {
  readonly managers?: number;
  readonly workers?: number;
  /** Autolocked from the start. */
  readonly autolock?: boolean;
};

/** The reference cluster: Docker Swarm to its clients; runs in the simulator, as processes and in containers. */
export const referenceSwarm = ({
  managers = 3,
  workers = 2,
  autolock = false,
}: SwarmOptions = {}): System => ({
  target,
  shape: { managers, workers },
  settings: { autolock },
  sim: referenceInSim,
  process: async () => referenceLive({ program: await nodeProgram() }),
  docker: async () => referenceLive({ image: await ensureNodeImage(new Docker()) }),
});
