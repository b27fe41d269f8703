import { execFileSync } from 'node:child_process';
import { arch, platform } from 'node:os';
import { relative, resolve } from 'node:path';
import type { Shrunk } from '../../campaign/job.ts';
import { runFileSchema, type Mutant, type Run, type RunFile } from '../../core/run.ts';
import { quoted } from '../quoted.ts';
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

type Named = Pick<RunFile, 'scheduleOf' | 'shownFor'> & {
  readonly run: Pick<Run, 'backend' | 'index'>;
};

/**
 * Where a run is saved: `reports/out/42/sim-17.json`, with another world's schedule `reports/out/42/process-3-in-sim.json`, made
 * smaller in its own world `reports/out/42/process-3-smaller.json`.
 */
export const runFilePath = (folder: string, { run, scheduleOf, shownFor }: Named): string => {
  const { backend, index } = run;
  const of = scheduleOf ?? { backend, index };
  const where =
    scheduleOf === undefined ? '' : of.backend === backend ? '-smaller' : `-in-${backend}`;
  const name = `${of.backend}-${of.index}${where}`;
  const part = shownFor === undefined ? '' : `-${shownFor.replaceAll(/[^\w-]+/g, '-')}`;
  return shortest(resolve(folder, `${name}${part}.json`));
};

/** Relative below the folder that the command was called in, whole elsewhere. */
export const shortest = (path: string): string => {
  const below = relative(process.cwd(), path);
  return below.startsWith('..') ? path : below;
};

/** What a failure that was made smaller was before, and the property that it was made smaller for. */
export const beforeShrinking = (
  { run, entriesBefore, injectMsBefore, digestBefore, attempts, complete }: Shrunk,
  property: string,
): NonNullable<RunFile['shrunkFrom']> => ({
  entries: entriesBefore,
  ...(injectMsBefore !== run.scenario.injectMs && { injectMs: injectMsBefore }),
  digest: digestBefore,
  property,
  attempts,
  complete,
});

/** Completes runs to what is saved of them. */
export const savingFor = (given: {
  readonly registry: Pick<Registry, 'targets' | 'version' | 'invocation'>;
  readonly folder: string;
  readonly commit: string;
  readonly mutants: readonly Mutant[];
}): Saving => ({
  save(run, { logs, shrunkFrom, unshrunk, scheduleOf, shownFor }): RunFile {
    const { registry, folder, commit, mutants } = given;
    const target = registry.targets.get(run.scenario.target);
    const named = {
      ...(scheduleOf !== undefined && { scheduleOf }),
      ...(shownFor !== undefined && { shownFor }),
    };
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
      ...(unshrunk !== undefined && { unshrunk }),
      ...named,
      replay: `${registry.invocation} replay ${quoted(runFilePath(folder, { run, ...named }))}`,
      savedAt: new Date().toISOString(),
    };
  },
});
