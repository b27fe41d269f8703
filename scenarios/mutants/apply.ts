/**
 * Loaded before everything else (`node --import …/apply.ts`), in threads as in processes: patches sources as they load, so that
 * production code has no switch for a planted bug. The variable SCHISM_MUTANTS names a JSON or YAML file of one bug or several.
 */
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { Mutant } from '../../harness/core/run.ts';
import { patchSource, type Patch } from './patch.ts';
import { mutantsVariable } from './variable.ts';

const root = new URL('../../', import.meta.url).href;

const read = async (file: string): Promise<readonly Mutant[]> => {
  const text = readFileSync(file, 'utf8');
  const value: unknown = file.endsWith('.json')
    ? JSON.parse(text)
    : (await import('yaml')).parse(text);
  return (Array.isArray(value) ? value : [value]) as readonly Mutant[];
};

/** The patches of each source, by its URL. */
const bySource = (mutants: readonly Mutant[]): ReadonlyMap<string, readonly Patch[]> =>
  Map.groupBy(
    mutants.flatMap(({ patches }) => patches),
    ({ file }) => new URL(file, root).href,
  );

const file = process.env[mutantsVariable];
const patchesOf =
  file === undefined ? new Map<string, readonly Patch[]>() : bySource(await read(file));

if (patchesOf.size > 0) {
  registerHooks({
    load(url, context, nextLoad) {
      const patches = patchesOf.get(url);
      if (patches === undefined) return nextLoad(url, context);
      const source = patches.reduce(patchSource, readFileSync(fileURLToPath(url), 'utf8'));
      return { format: 'module-typescript', source, shortCircuit: true };
    },
  });
}
