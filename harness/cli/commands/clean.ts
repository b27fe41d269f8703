import { existsSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import type Docker from 'dockerode';
import { connectEngine } from '../../backends/docker/engine.ts';
import { removeOldImages } from '../../backends/docker/old-images.ts';
import { reap, removeRun, runsInEngine } from '../../backends/docker/reap.ts';
import { cleanLeftovers, folderPrefix } from '../../backends/live/reclaim.ts';
import { lostFolders } from '../../backends/live/lost-folders.ts';
import { listRecords, recordFile, stateFolder } from '../../backends/live/run-record.ts';
import { messageOf } from '../../core/thrown.ts';
import { exitCodes, type ExitCode } from '../exit.ts';
import type { Io } from '../io.ts';
import type { Registry } from '../registry.ts';

const engine = async (): Promise<Docker | undefined> => {
  try {
    return await connectEngine(1_500);
  } catch {
    return undefined;
  }
};

/** How many images of earlier sources were removed. While runs go on in the engine, one of them may be about to use one. */
const oldImages = async (
  docker: Docker,
  { images, busy }: { readonly images: Registry['images']; readonly busy: boolean },
  io: Io,
): Promise<number> => {
  if (busy) {
    io.out('spared    images of earlier sources, as long as runs go on in the engine');
    return 0;
  }
  const { removed, spared } = await removeOldImages(docker, images);
  for (const image of removed) io.out(`removed   the image ${image} of earlier sources`);
  for (const { image, why } of spared) io.out(`spared    the image ${image}: ${why}`);
  return removed.length;
};

/**
 * `schism clean`: removes what runs of dead owners left, and images that no run of the present sources needs; runs whose owner lives
 * are spared.
 */
export const clean = async ({ images }: Registry, io: Io): Promise<ExitCode> => {
  const docker = await engine();
  const { removed, spared, elsewhere, failed } = await cleanLeftovers(
    docker === undefined ? {} : { reapers: { docker: reap } },
  );
  for (const { run, backend } of removed) io.out(`removed   run ${run} (${backend})`);
  for (const { run, backend, owner } of spared)
    io.out(`spared    run ${run} (${backend}): its owner, process ${owner.pid}, lives`);
  for (const { run, backend, host = '' } of elsewhere)
    io.out(
      `spared    run ${run} (${backend}): it was started on ${host}; clean it there, or remove ${recordFile(stateFolder(), run)} if that machine is gone`,
    );
  for (const { record, why } of failed) io.err(`failed    run ${record.run}: ${why}`);
  const alive = listRecords(stateFolder());
  let busy = spared.some(({ backend }) => backend === 'docker');
  let lost = 0;
  let stuck = 0;
  if (docker !== undefined) {
    for (const { run, owner } of await runsInEngine(docker)) {
      if (alive.some((record) => record.run === run)) continue;
      if (owner !== 'dead') {
        busy = true;
        io.out(`spared    run ${run} in the engine: its owner is ${owner}`);
        continue;
      }
      lost += 1;
      try {
        await removeRun(docker, run);
        io.out(`removed   what the engine still held of run ${run}`);
      } catch (error) {
        stuck += 1;
        io.err(`failed    run ${run} in the engine: ${messageOf(error)}`);
      }
    }
    lost += await oldImages(docker, { images, busy }, io);
  }
  const known = new Set(alive.map((record) => record.folder));
  for (const folder of existsSync(tmpdir()) ? lostFolders(tmpdir(), { known }) : []) {
    rmSync(folder, { recursive: true, force: true });
    lost += 1;
    io.out(`removed   ${folder}`);
  }
  if (removed.length + failed.length + lost === 0)
    io.out(`nothing to remove (${folderPrefix}… folders, processes, containers, networks, images)`);
  if (docker === undefined)
    io.err('no Docker engine answers: containers, if any, were not looked for');
  return failed.length + stuck === 0 ? exitCodes.pass : exitCodes.environment;
};
