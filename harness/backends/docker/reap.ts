import type Docker from 'dockerode';
import type { RunRecord } from '../live/run-record.ts';
import { connectEngine } from './engine.ts';
import { runLabel, withLabel } from './labels.ts';

/** One that somebody else removes at this moment is as good as removed. */
const goneAlready = (thrown: unknown): void => {
  const status = (thrown as { readonly statusCode?: number }).statusCode;
  if (status !== 404 && status !== 409) throw thrown;
};

/** Removes every container, network and volume that carries the run's label; containers first, since they hold the rest. */
export const removeRun = async (docker: Docker, run: string): Promise<void> => {
  const containers = await docker.listContainers({ all: true, filters: withLabel(run) });
  await Promise.all(
    containers.map(({ Id }) =>
      docker.getContainer(Id).remove({ force: true, v: true }).catch(goneAlready),
    ),
  );
  const networks = await docker.listNetworks({ filters: withLabel(run) });
  await Promise.all(networks.map(({ Id }) => docker.getNetwork(Id).remove().catch(goneAlready)));
  const { Volumes: volumes } = (await docker.listVolumes({ filters: withLabel(run) })) as {
    readonly Volumes: readonly { readonly Name: string }[] | null;
  };
  await Promise.all(
    (volumes ?? []).map(({ Name }) => docker.getVolume(Name).remove().catch(goneAlready)),
  );
};

/** For the guardian and for `clean`: what a run of a dead owner left in the engine. */
export const reap = async (record: RunRecord): Promise<void> => {
  await removeRun(await connectEngine(), record.run);
};

/** Runs that have something in the engine, whoever made it: also those whose record is lost. */
export const runsInEngine = async (docker: Docker): Promise<readonly string[]> => {
  const filters = { label: [runLabel] };
  const [containers, networks] = await Promise.all([
    docker.listContainers({ all: true, filters }),
    docker.listNetworks({ filters }),
  ]);
  const runs = [...containers, ...networks].map(({ Labels }) => Labels?.[runLabel] ?? '');
  return [...new Set(runs)].filter((run) => run !== '').sort();
};
