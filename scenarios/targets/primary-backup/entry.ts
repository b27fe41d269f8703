import { readFileSync } from 'node:fs';
import Docker from 'dockerode';
import type { TargetEntry } from '../../../harness/cli/registry.ts';
import { buildImage } from '../build-image.ts';
import { tar } from '../reference/tar.ts';
import { primaryBackup } from './target.ts';

const image = 'schism/primary-backup';

/** Builds its small image; the engine's cache makes a second time cheap. */
const build = async (docker: Docker, signal: AbortSignal): Promise<void> => {
  const context = tar(
    ['Dockerfile', 'server.ts'].map((path) => ({
      path,
      content: readFileSync(new URL(`./${path}`, import.meta.url)),
    })),
  );
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
