import { randomInt } from 'node:crypto';
import { dirname, join, resolve } from 'node:path';
import type { CampaignSummary } from '../../core/campaign.ts';
import type { BackendName, RunFile } from '../../core/run.ts';
import { UsageError } from '../../core/usage-error.ts';
import { prepareCampaign } from '../campaign-folder.ts';
import { exitCodes, type ExitCode } from '../exit.ts';
import { harmlessJson } from '../harmless.ts';
import type { Io } from '../io.ts';
import { pointLatest, writeWhole } from '../output.ts';
import type { Registry } from '../registry.ts';
import { chosen } from '../run/chosen.ts';
import { jsonOf } from '../run/json.ts';
import { runMainJob } from '../run/main-job.ts';
import type { RunOptions } from '../run/options.ts';
import { printCampaign } from '../run/print.ts';
import { commitOf, runFilePath, savingFor, shortest } from '../run/saving.ts';
import { summarised } from '../run/summarise.ts';
import type { WorldResult } from '../run/world-result.ts';
import { requireDocker, runLiveBackend, runSim, type WorldPlan } from '../run/worlds.ts';
import { warnOfQuorum } from '../select.ts';

/** Runs that held and are drawn in the report: more make it heavy. */
const shownMax = 4;

/** `schism run`: runs, judges, writes run files and report, prints, and says by its exit code how it went. */
export const run = async (registry: Registry, io: Io, options: RunOptions): Promise<ExitCode> => {
  if (options.out === '') throw new UsageError('--out: expected a folder; this is empty');
  const started = new Date();
  const seed = options.seed ?? randomInt(1, 2 ** 31 - 1);
  const { names, entry, plays, hasSuite } = chosen(options, registry, io);
  if (options.managers !== undefined) warnOfQuorum(options.managers, io);
  using output = prepareCampaign(options.out ?? registry.outFolder, seed);
  const { folder } = output;
  const commit = commitOf(import.meta.dirname);
  const planting = options.mutants === undefined ? undefined : registry.plant(options.mutants);
  const saving = savingFor({ registry, folder, commit, mutants: planting?.mutants ?? [] });
  const plan: WorldPlan = {
    registry,
    io,
    entry,
    scenarios: plays,
    seed,
    runs: options.runs,
    forMs: options.maxTimeMs,
    jobs: options.jobs,
    bail: options.bail,
    shrinkMs: options.shrinkMs,
    planting,
    saving,
  };
  if (!options.json) {
    io.out(
      `${io.colors.bold('schism')} · seed ${seed} · ${entry.target.name} · ${names.join(', ')}`,
    );
  }
  const mainJob = options.backend === undefined && hasSuite;
  const worlds = mainJob
    ? await runMainJob(plan, options.managers)
    : [await runOne(plan, options.backend ?? (entry.sim === undefined ? 'process' : 'sim'))];
  io.settle();

  const summary = summarised({
    worlds,
    seed,
    names,
    options,
    commit,
    started,
    registry,
    folder,
    planting,
  });
  const files = written(worlds, folder);
  const report = join(folder, 'index.html');
  const shown = [...files, ...worlds.flatMap(({ shown: held }) => held).slice(0, shownMax)];
  writeWhole(report, registry.draw(summary, shown));
  if (!pointLatest(folder)) {
    io.err(`${join(dirname(folder), 'latest')} is no link, so it does not lead to this run`);
  }
  const told = shortest(resolve(report));
  if (options.json) io.out(harmlessJson(jsonOf(summary, { report: told, worlds })));
  else printCampaign({ summary, worlds, report: told, io, seed });
  return exitOf(summary, worlds);
};

const runOne = async (plan: WorldPlan, backend: BackendName): Promise<WorldResult> => {
  if (backend === 'sim') return await runSim(plan);
  if (backend === 'docker') await requireDocker();
  return await runLiveBackend(plan, backend);
};

/** Writes the run files of everything that broke; each run once. */
const written = (worlds: readonly WorldResult[], folder: string): readonly RunFile[] => {
  const files = new Map<string, RunFile>();
  for (const { broken } of worlds) {
    for (const { file, twins = [] } of broken) {
      for (const of of [file, ...twins]) {
        if (of !== undefined) files.set(runFilePath(folder, of), of);
      }
    }
  }
  for (const { tally, shown } of worlds) {
    // A live run cannot be made again to the bit, so each is kept.
    if (tally.backend === 'sim') continue;
    for (const file of shown) writeWhole(runFilePath(folder, file), JSON.stringify(file));
  }
  for (const [path, file] of files) writeWhole(path, JSON.stringify(file));
  return [...files.values()];
};

const exitOf = (summary: CampaignSummary, worlds: readonly WorldResult[]): ExitCode => {
  if (worlds.some(({ interrupted }) => interrupted)) return exitCodes.interrupted;
  if (summary.failures.length === 0 && worlds.some(({ failed }) => failed === true)) {
    return exitCodes.environment;
  }
  if (summary.failures.some(({ property }) => property === 'nondeterministic'))
    return exitCodes.internal;
  if (summary.failures.length > 0) return exitCodes.violated;
  return summary.ok ? exitCodes.pass : exitCodes.inconclusive;
};
