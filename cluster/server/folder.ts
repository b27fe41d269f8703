/** The data folder as a boot finds it. */
import fs from 'node:fs';
import path from 'node:path';
import type { Files } from '../ports.ts';
import { lockName } from './folder-lock.ts';

/** A file under this name was being written when the process died; the rename that makes it real never came. */
export const temporarySuffix = '.writing';

/**
 * Reads every file below the folder, which is made where it is missing, and clears half-written ones away.
 * Sizes are those of one node's state, so all of it fits into memory. Throws what the system says.
 */
export const loadFolder = (folder: string): Files => {
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  const files = new Map<string, Uint8Array>();
  for (const entry of fs.readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const target = path.join(entry.parentPath, entry.name);
    const name = path.relative(folder, target).split(path.sep).join('/');
    if (!entry.isFile() || name === lockName) continue;
    if (name.endsWith(temporarySuffix)) fs.rmSync(target);
    else files.set(name, new Uint8Array(fs.readFileSync(target)));
  }
  return new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
};
