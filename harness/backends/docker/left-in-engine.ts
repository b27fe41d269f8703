import type Docker from 'dockerode';
import type { RunRecord } from '../live/run-record.ts';
import { connectEngine } from './engine.ts';
import { withLabel } from './labels.ts';

/** What the engine still holds of a run, in words: containers, networks, volumes. Empty where nothing is left. */
export const leftInEngine = async (
  { run }: Pick<RunRecord, 'run'>,
  docker?: Docker,
): Promise<readonly string[]> => {
  const engine = docker ?? (await connectEngine());
  const filters = withLabel(run);
  const [containers, networks, { Volumes: volumes }] = await Promise.all([
    engine.listContainers({ all: true, filters }),
    engine.listNetworks({ filters }),
    engine.listVolumes({ filters }),
  ]);
  return [
    ...containers.map(({ Names, State }) => `container ${Names[0] ?? ''} (${State})`),
    ...networks.map(({ Name }) => `network ${Name}`),
    ...volumes.map(({ Name }) => `volume ${Name}`),
  ];
};
