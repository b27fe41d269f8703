import { readdirSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { processesWith } from './process-identity.ts';
import { folderPrefix } from './reclaim.ts';
import { runVariable } from './run-record.ts';

/** Younger ones may belong to a run that is just starting. */
const oldMs = 60_000;

/**
 * Folders of runs whose record is lost. Those that a living process carries the mark of belong to a run that is recorded elsewhere,
 * those of another user to one that only the superuser sees.
 */
export const lostFolders = (
  temporary: string,
  {
    known,
    user = process.getuid?.(),
  }: { readonly known: ReadonlySet<string>; readonly user?: number | undefined },
): readonly string[] =>
  readdirSync(temporary)
    .filter((name) => /^schism-[0-9a-z]+-[0-9a-f]{8}$/.test(name))
    .filter((name) => isOldAndMine(resolve(temporary, name), user))
    .filter((name) => processesWith(runVariable, name.slice(folderPrefix.length)).length === 0)
    .map((name) => resolve(temporary, name))
    .filter((folder) => !known.has(folder));

const isOldAndMine = (folder: string, user: number | undefined): boolean => {
  // Its run may remove it at any moment.
  const seen = statSync(folder, { throwIfNoEntry: false });
  if (seen === undefined || Date.now() - seen.mtimeMs <= oldMs) return false;
  return user === undefined || user === 0 || user === seen.uid;
};
