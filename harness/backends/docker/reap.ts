import type Docker from 'dockerode';
import { messageOf } from '../../core/thrown.ts';
import { beforeDeadline } from '../live/deadline.ts';
import type { RunRecord } from '../live/run-record.ts';
import { connectEngine, statusOf } from './engine.ts';
import { ownerIn, runLabel, withLabel, type OwnerSight } from './labels.ts';
import { leftInEngine } from './left-in-engine.ts';

const removeMs = 60_000;

/** Removes every container, network and volume that carries the run's label, and waits until the engine shows none any more. */
export const removeRun = (docker: Docker, run: string): Promise<void> =>
  beforeDeadline(
    {
      place: 'Docker',
      doing: `removing run ${run}`,
      withinMs: removeMs,
      nextStep: 'try `schism clean` when the engine has settled',
    },
    async () => {
      const problems = await sweep(docker, run);
      const left = await leftInEngine({ run }, docker);
      if (left.length > 0) throw new Error([...left, ...problems].join(', '));
    },
  );

/** Containers first, since they hold the rest. What could not be removed now, and why. */
const sweep = async (docker: Docker, run: string): Promise<readonly string[]> => {
  const filters = withLabel(run);
  const containers = await docker.listContainers({ all: true, filters });
  const problems = await removed(
    containers.map(
      ({ Id }) =>
        () =>
          docker.getContainer(Id).remove({ force: true, v: true }),
    ),
  );
  const networks = await docker.listNetworks({ filters });
  const { Volumes: volumes } = await docker.listVolumes({ filters });
  return [
    ...problems,
    ...(await removed([
      ...networks.map(
        ({ Id }) =>
          () =>
            docker.getNetwork(Id).remove(),
      ),
      ...volumes.map(
        ({ Name }) =>
          () =>
            docker.getVolume(Name).remove(),
      ),
    ])),
  ];
};

const removed = async (
  removals: readonly (() => Promise<unknown>)[],
): Promise<readonly string[]> => {
  const ends = await Promise.allSettled(removals.map((remove) => remove()));
  return ends.flatMap((end) =>
    // Somebody else may be at it as well.
    end.status === 'fulfilled' || statusOf(end.reason) === 404 ? [] : [messageOf(end.reason)],
  );
};

const quietMs = 2_000;
const lookEveryMs = 250;

/**
 * For the guardian and for `clean`: what a run of a dead owner left in the engine. The engine may still be at something that the
 * owner asked for just before its end, so it is watched until nothing new has come for a while.
 */
export const reap = async ({ run }: Pick<RunRecord, 'run'>): Promise<void> => {
  const docker = await connectEngine();
  await removeRun(docker, run);
  for (let quiet = 0; quiet < quietMs; quiet += lookEveryMs) {
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
    if ((await leftInEngine({ run }, docker)).length === 0) continue;
    await removeRun(docker, run);
    quiet = 0;
  }
};

/** Runs that have something in the engine, whoever made it: also those whose record is lost. */
export const runsInEngine = async (
  docker: Docker,
): Promise<readonly { readonly run: string; readonly owner: OwnerSight }[]> => {
  const filters = { label: [runLabel] };
  // Who removes a container by hand leaves its volume behind.
  const [containers, networks, { Volumes: volumes }] = await Promise.all([
    docker.listContainers({ all: true, filters }),
    docker.listNetworks({ filters }),
    docker.listVolumes({ filters }),
  ]);
  const owners = new Map(
    [...containers, ...networks, ...volumes].flatMap(({ Labels: labels }) => {
      const run = labels?.[runLabel];
      return run === undefined || labels === undefined ? [] : [[run, ownerIn(labels)] as const];
    }),
  );
  return [...owners]
    .map(([run, owner]) => ({ run, owner }))
    .sort((a, b) => (a.run < b.run ? -1 : 1));
};
