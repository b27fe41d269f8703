import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import type { Planting } from '../../harness/cli/registry.ts';
import { suggestion } from '../../harness/core/did-you-mean.ts';
import type { Mutant } from '../../harness/core/run.ts';
import { messageOf } from '../../harness/core/thrown.ts';
import { UsageError } from '../../harness/core/usage-error.ts';
import { properties } from '../../properties/index.ts';
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
  checkTogether(mutants);
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
      const why = messageOf(cause);
      throw new UsageError(`planted bug ${id} does not fit: ${why}`, { cause });
    }
  }
};

/** As they will be applied, one after the other: two may patch one place. What comes out has to be TypeScript that Node can load. */
const checkTogether = (mutants: readonly Mutant[]): void => {
  const sources = new Map<string, string>();
  for (const [place, mutant] of mutants.entries()) {
    for (const patch of mutant.patches) {
      const source = sources.get(patch.file) ?? sourceOf(patch.file);
      try {
        sources.set(patch.file, patchSource(source, patch));
      } catch (cause) {
        const other = mutants.slice(0, place).find((before) => !goTogether(before, mutant));
        throw new UsageError(
          `planted bugs ${other?.id ?? 'before it'} and ${mutant.id} do not go together: both patch one place of ${patch.file}; --mutants takes one file as well as a folder`,
          { cause },
        );
      }
    }
  }
  for (const [file, source] of sources) checkSyntax(file, source, mutants);
};

const sourceOf = (file: string): string => readFileSync(new URL(file, root), 'utf8');

const goTogether = (one: Mutant, other: Mutant): boolean => {
  try {
    const patches = [...one.patches, ...other.patches];
    for (const file of new Set(patches.map((patch) => patch.file)))
      patches.filter((patch) => patch.file === file).reduce(patchSource, sourceOf(file));
    return true;
  } catch {
    return false;
  }
};

const checkSyntax = (file: string, source: string, mutants: readonly Mutant[]): void => {
  try {
    withoutWarnings(() => stripTypeScriptTypes(source));
  } catch (cause) {
    const ids = mutants
      .filter(({ patches }) => patches.some((patch) => patch.file === file))
      .map(({ id }) => id);
    const why = messageOf(cause);
    throw new UsageError(
      `planted bug ${ids.join(', ')}: what it makes of ${file} is no TypeScript: ${why}`,
      { cause },
    );
  }
};

/** Node says of it that it may change, which is nothing to whoever plants bugs. */
const withoutWarnings = <Result>(work: () => Result): Result => {
  const { emitWarning } = process;
  process.emitWarning = () => undefined;
  try {
    return work();
  } finally {
    process.emitWarning = emitWarning;
  }
};
