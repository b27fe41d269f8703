import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import Docker from 'dockerode';
import type { TargetEntry } from '../../../harness/cli/registry.ts';
import { tar } from '../reference/tar.ts';
import { primaryBackup } from './target.ts';

const image = 'schism/primary-backup';

/** Builds its small image; the engine's cache makes a second time cheap. */
const build = async (docker: Docker): Promise<void> => {
  const context = tar(
    ['Dockerfile', 'server.ts'].map((path) => ({
      path,
      content: readFileSync(new URL(`./${path}`, import.meta.url)),
    })),
  );
  const progress = await docker.buildImage(Readable.from([context]), { t: image, forcerm: true });
  await new Promise<void>((resolve, reject) => {
    docker.modem.followProgress(progress, (error) => {
      if (error === null) resolve();
      else
        reject(
          new Error(`the image ${image} could not be built: ${error.message}`, { cause: error }),
        );
    });
  });
};

export const primaryBackupEntry: TargetEntry = {
  target: primaryBackup.target,
  sim: undefined,
  process: () => primaryBackup.live,
  async docker() {
    await build(new Docker());
    return primaryBackup.live;
  },
  configuration: () => ({}),
};
