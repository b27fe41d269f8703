import { execFileSync } from 'node:child_process';
import { arch, platform } from 'node:os';
import { relative, resolve } from 'node:path';
import { runFileSchema, type Mutant, type RunFile } from '../../core/run.ts';
import type { Registry } from '../registry.ts';
import type { Saving } from './world-result.ts';

const git = (...args: readonly string[]): string | undefined => {
  try {
    return execFileSync('git', args, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return undefined;
  }
};

/** The commit of the sources that run, `+` where they were changed since; `none` outside of a clone. */
export const commitOf = (folder: string): string => {
  const commit = git('-C', folder, 'rev-parse', '--short=12', 'HEAD');
  if (commit === undefined) return 'none';
  return git('-C', folder, 'status', '--porcelain', '--untracked-files=no') === ''
    ? commit
    : `${commit}+`;
};

export const platformText = (): string => `${platform()} ${arch()}`;

/** Where a run is saved: `reports/out/42/sim-17.json`. */
export const runFilePath = (
  folder: string,
  run: { readonly backend: string; readonly index: number },
): string => shortest(resolve(folder, `${run.backend}-${run.index}.json`));

/** Relative below the folder that the command was called in, whole elsewhere. */
export const shortest = (path: string): string => {
  const below = relative(process.cwd(), path);
  return below.startsWith('..') ? path : below;
};

/** Completes runs to what is saved of them. */
export const savingFor = (given: {
  readonly registry: Registry;
  readonly folder: string;
  readonly commit: string;
  readonly mutants: readonly Mutant[];
}): Saving => ({
  save(run, { logs, shrunkFrom }): RunFile {
    const { registry, folder, commit, mutants } = given;
    const target = registry.targets.get(run.scenario.target);
    return {
      schema: runFileSchema,
      schism: {
        version: registry.version,
        commit,
        node: process.version,
        platform: platformText(),
      },
      run,
      mutants,
      configuration: target?.configuration(run.scenario.settings) ?? {},
      logs,
      shrunkFrom,
      replay: `${registry.invocation} replay ${runFilePath(folder, run)}`,
      savedAt: new Date().toISOString(),
    };
  },
});
