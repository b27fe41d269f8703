/**
 * Loaded before everything else (`node --import …/apply.ts`), in threads as in processes: patches sources as they load, so that
 * production code has no switch for a planted bug. The variable SCHISM_MUTANTS holds the bugs: a list, as JSON.
 */
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { Mutant } from '../../harness/core/run.ts';
import { patchSource, type Patch } from './patch.ts';
import { mutantsVariable } from './variable.ts';

const root = new URL('../../', import.meta.url).href;

/** The patches of each source, by its URL. */
const bySource = (mutants: readonly Mutant[]): ReadonlyMap<string, readonly Patch[]> =>
  Map.groupBy(
    mutants.flatMap(({ patches }) => patches),
    ({ file }) => new URL(file, root).href,
  );

const patchesOf = bySource(JSON.parse(process.env[mutantsVariable] ?? '[]') as readonly Mutant[]);

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
