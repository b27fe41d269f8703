/** Where commands write: found out before the work, so that no result is lost for want of a place. */
import {
  accessSync,
  constants,
  lstatSync,
  mkdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { messageOf } from '../backends/live/failure.ts';
import { UsageError } from './exit.ts';

export type Prepared = Disposable & { readonly folder: string };

/** Makes a folder that can be written; where nothing was written, it is gone in the end. Throws a `UsageError` that names it. */
export const prepareFolder = (folder: string): Prepared => {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw new UsageError(
      `the folder ${folder} cannot be written: ${messageOf(cause)}; name another with --out`,
      { cause },
    );
  }
  return {
    folder,
    [Symbol.dispose]() {
      try {
        rmdirSync(folder);
      } catch {
        // It holds something.
      }
    },
  };
};

/** Writes a file as a whole or not at all. Throws a `UsageError` that names it. */
export const writeWhole = (file: string, text: string): void => {
  const part = `${file}.part`;
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(part, text);
    renameSync(part, file);
  } catch (cause) {
    rmSync(part, { force: true });
    throw new UsageError(`${file} cannot be written: ${messageOf(cause)}`, { cause });
  }
};

/** Makes `latest`, beside a run's folder, lead to it. `false`: something of somebody else's has that name, and stays. */
export const pointLatest = (folder: string): boolean => {
  const latest = join(dirname(folder), 'latest');
  const found = lstatSync(latest, { throwIfNoEntry: false });
  if (found !== undefined && !found.isSymbolicLink()) return false;
  rmSync(latest, { force: true });
  symlinkSync(basename(folder), latest);
  return true;
};
