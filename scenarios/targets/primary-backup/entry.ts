import { readFileSync } from 'node:fs';
import Docker from 'dockerode';
import type { TargetEntry } from '../../../harness/cli/registry.ts';
import { buildImage } from '../build-image.ts';
import { tar } from '../reference/tar.ts';
import { primaryBackup, serverProgram } from './target.ts';

const image = 'schism/primary-backup';

/** Builds its small image; the engine's cache makes a second time cheap. */
const build = async (docker: Docker, signal: AbortSignal): Promise<void> => {
  const context = tar([
    { path: 'Dockerfile', content: readFileSync(new URL('./Dockerfile', import.meta.url)) },
    // JavaScript is TypeScript, too.
    { path: 'server.ts', content: readFileSync(serverProgram) },
  ]);
  await buildImage(docker, { name: image, context, signal });
};

export const primaryBackupEntry: TargetEntry = {
  target: primaryBackup.target,
  sim: undefined,
  process: () => primaryBackup.live,
  async docker({ signal }) {
    await build(new Docker(), signal);
    return primaryBackup.live;
  },
  configuration: () => ({}),
};
