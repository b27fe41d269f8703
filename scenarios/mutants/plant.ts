import { readFileSync } from 'node:fs';
import { UsageError } from '../../harness/cli/exit.ts';
import type { Planting } from '../../harness/cli/registry.ts';
import type { Mutant } from '../../harness/core/run.ts';
import { properties } from '../../properties/index.ts';
import { suggestion } from '../schema/did-you-mean.ts';
import { mutantsVariable } from './variable.ts';
import { patchSource } from './patch.ts';
import { readMutants } from './read-mutants.ts';

const root = new URL('../../', import.meta.url);

/** Linux lets one variable be 128 kB long, with its name. */
const bytesMax = 120 * 1_024;

/**
 * Reads planted bugs from a file or a folder, and makes Node apply them in whatever threads and processes it starts: sources are
 * patched as they load. Throws a `UsageError` where a patch does not fit, or where there are no sources.
 */
export const plant = (path: string, fromSources: boolean): Planting =>
  plantAgain(readMutants(path), fromSources);

/** The same for bugs that a run file carries. */
export const plantAgain = (mutants: readonly Mutant[], fromSources: boolean): Planting => {
  if (!fromSources) {
    throw new UsageError(
      'planted bugs are patches of the TypeScript sources, and an installed package holds JavaScript: use a clone of the repository',
    );
  }
  for (const mutant of mutants) check(mutant);
  const planted = JSON.stringify(mutants);
  if (Buffer.byteLength(planted) > bytesMax)
    throw new UsageError(
      `these planted bugs take more than ${bytesMax / 1_024} kB, which is what one variable of the environment holds; plant fewer at a time`,
    );
  return {
    mutants,
    nodeOptions: ['--import', new URL('./apply.ts', import.meta.url).href],
    env: { [mutantsVariable]: planted },
  };
};

/** Before anything starts: every file is there, every `find` fits, every expected property exists. */
const check = ({ id, expect, patches }: Mutant): void => {
  for (const name of expect) {
    if (properties.has(name)) continue;
    throw new UsageError(
      `planted bug ${id}: there is no property ${name}.${suggestion(name, [...properties.keys()])}`,
    );
  }
  const sources = new Map<string, string>();
  for (const patch of patches) {
    try {
      const source = sources.get(patch.file) ?? readFileSync(new URL(patch.file, root), 'utf8');
      sources.set(patch.file, patchSource(source, patch));
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new UsageError(`planted bug ${id} does not fit: ${why}`, { cause });
    }
  }
};
