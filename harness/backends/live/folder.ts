import { readdir, readFile } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { codeOf } from '../../core/thrown.ts';
import type { NodeFile } from './world.ts';

const isGone = (thrown: unknown): boolean =>
  ['ENOENT', 'EISDIR', 'ENOTDIR'].includes(codeOf(thrown) ?? '');

/** Every file below a folder, by relative name, in order. A file that a running node removes meanwhile is left out. */
export async function* filesOf(folder: string): AsyncGenerator<NodeFile> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  for (const path of paths) {
    const bytes = await bytesOf(path);
    if (bytes !== undefined) yield { file: relative(folder, path).split(sep).join('/'), bytes };
  }
}

/** One file of a folder; `undefined` where there is none of that name inside it. */
export const fileOf = (folder: string, file: string): Promise<Uint8Array | undefined> => {
  const path = resolve(folder, file);
  return path.startsWith(resolve(folder) + sep) ? bytesOf(path) : Promise.resolve(undefined);
};

const bytesOf = async (path: string): Promise<Uint8Array | undefined> => {
  try {
    return await readFile(path);
  } catch (thrown) {
    if (isGone(thrown)) return undefined;
    throw thrown;
  }
};
