/** Where commands write: found out before the work, so that no result is lost for want of a place. */
import {
  accessSync,
  constants,
  linkSync,
  lstatSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { makeFolder } from '../backends/live/make-folder.ts';
import { codeOf, messageOf } from '../core/thrown.ts';
import { UsageError } from '../core/usage-error.ts';

export type Prepared = Disposable & { readonly folder: string };

/** Makes a folder that can be written; where nothing was written, it is gone in the end. Throws a `UsageError` that names it. */
export const prepareFolder = (folder: string): Prepared => {
  try {
    makeFolder(folder);
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

/** A name beside a file that no other process writes under: several may write into one folder at a time. */
const beside = (file: string): string => `${file}.${process.pid}.part`;

/** Where a file that is to be replaced lies: a link keeps leading to it. A pipe, or a device such as /dev/stdout, is not replaced at all. */
const placeOf = (file: string): { readonly path: string; readonly replaced: boolean } => {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found === undefined) return { path: file, replaced: true };
  if (!found.isFile() && !found.isDirectory()) return { path: file, replaced: false };
  return { path: realpathSync(file), replaced: true };
};

/** Writes a file as a whole or not at all. Throws a `UsageError` that names it. */
export const writeWhole = (file: string, text: string): void => {
  let part: string | undefined;
  try {
    const { path, replaced } = placeOf(file);
    if (!replaced) {
      writeFileSync(path, text);
      return;
    }
    makeFolder(dirname(path));
    part = beside(path);
    writeFileSync(part, text);
    renameSync(part, path);
  } catch (cause) {
    if (part !== undefined) rmSync(part, { force: true });
    throw new UsageError(`${file} cannot be written: ${messageOf(cause)}`, { cause });
  }
};

/** Gives a file a second name, in one step. `false`: there is something of that name already. */
export const linked = (file: string, name: string): boolean => {
  try {
    linkSync(file, name);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
};

/** Makes `latest`, beside a run's folder, lead to it. `false`: something of somebody else's has that name, and stays. */
export const pointLatest = (folder: string): boolean => {
  const latest = join(dirname(folder), 'latest');
  const found = lstatSync(latest, { throwIfNoEntry: false });
  if (found !== undefined && !found.isSymbolicLink()) return false;
  // In one step: of two that end at the same time one is the latest, and neither fails for it.
  const part = beside(latest);
  rmSync(part, { force: true });
  symlinkSync(basename(folder), part);
  renameSync(part, latest);
  return true;
};
