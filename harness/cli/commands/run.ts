import { dirname, join, resolve } from 'node:path';
import { randomInt } from 'node:crypto';
import { stateOf, type CampaignSummary } from '../../core/campaign.ts';
import type { BackendName, RunFile } from '../../core/run.ts';
import type { Scenario } from '../../core/scenario.ts';
import { LiveFailure } from '../../backends/live/failure.ts';
import { asCalledHere, exitCodes, type ExitCode } from '../exit.ts';
import { harmlessJson } from '../harmless.ts';
import type { Io } from '../io.ts';
import type { Registry, TargetEntry } from '../registry.ts';
import { prepareCampaign } from '../campaign-folder.ts';
import { pointLatest, writeWhole } from '../output.ts';
import { selectScenarios, shaped, targetNamed, warnOfQuorum } from '../select.ts';
import { lackedByShape, requireNodes } from '../strange-names.ts';
import type { RunOptions } from '../run/options.ts';
import { printPlanted, printProperties, printStory, printWorlds } from '../run/print.ts';
import { brokenBy } from '../run/elsewhere.ts';
import { commitOf, runFilePath, savingFor, shortest } from '../run/saving.ts';
import { summarised } from '../run/summarise.ts';
import { summed, type WorldResult } from '../run/world-result.ts';
import {
  dockerMissing,
  requireDocker,
  runLiveBackend,
  runSim,
  triedOn,
  type WorldPlan,
} from '../run/worlds.ts';
import { UsageError } from '../../core/usage-error.ts';

/** The simulator's share of the main job. */
const simShareMs = 15_000;
/** Runs that held and are drawn in the report: more make it heavy. */
const shownMax = 4;

/** `schism run`: runs, judges, writes run files and report, prints, and says by its exit code how it went. */
export const run = async (registry: Registry, io: Io, options: RunOptions): Promise<ExitCode> => {
  if (options.out === '') throw new UsageError('--out: expected a folder; this is empty');
  const started = new Date();
  const seed = options.seed ?? randomInt(1, 2 ** 31 - 1);
  const names = options.names.length > 0 ? options.names : [registry.defaultSuite];
  const selected = selectScenarios(names, registry, options.target).map((scenario) => ({
    ...scenario,
    target: options.target ?? scenario.target,
  }));
  const entry = entryOf(selected, registry);
  const scenarios = selected.map((scenario) => judgeable(scenario, entry));
  if (options.managers !== undefined) warnOfQuorum(options.managers, io);
  using output = prepareCampaign(options.out ?? registry.outFolder, seed);
  const { folder } = output;
  const commit = commitOf(import.meta.dirname);
  const planting = options.mutants === undefined ? undefined : registry.plant(options.mutants);
  const saving = savingFor({ registry, folder, commit, mutants: planting?.mutants ?? [] });
  const asked = { managers: options.managers, workers: options.workers };
  const both = names.some((name) => registry.suites.has(name));
  const plays = atLeastOne(
    withoutLacking(shaped(scenarios, asked, both), { scenarios, names, registry, entry, io }),
  );
  requireNodes(plays, entry.target);
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
  const mainJob = options.backend === undefined && both;
  const worlds = mainJob
    ? await runMainJob(plan, asked.managers)
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
  print({ summary, worlds, report, io, options, seed });
  return exitOf(summary, worlds);
};

const entryOf = (scenarios: readonly Scenario[], registry: Registry): TargetEntry => {
  const names = [...new Set(scenarios.map(({ target }) => target))];
  const [name = '', second] = names;
  if (second !== undefined) {
    throw new UsageError(
      `these scenarios are for different targets (${names.join(', ')}); run them one after the other, or name one with --target`,
    );
  }
  return targetNamed(name, registry);
};

/** A scenario that was made for any target, or for another one, with those of its properties that say something of this one. */
const judgeable = (
  scenario: Scenario,
  { target: { notJudgedBy = [] } }: TargetEntry,
): Scenario => ({
  ...scenario,
  properties: scenario.properties.filter((name) => !notJudgedBy.includes(name)),
});

type Wanted = {
  readonly scenarios: readonly Scenario[];
  readonly names: readonly string[];
  readonly registry: Registry;
  readonly entry: TargetEntry;
  readonly io: Io;
};

/**
 * Without what only came with a suite and names a node that the asked shape lacks: it is left out, and said. What was asked for by
 * itself is refused later, as is a suite of which nothing would be left.
 */
const withoutLacking = (
  plays: readonly Scenario[],
  { scenarios, names, registry, entry, io }: Wanted,
): readonly Scenario[] => {
  const lacked = lackedByShape(plays, scenarios, entry.target);
  const ofSuites = new Set(names.flatMap((name) => registry.suites.get(name)?.scenarios ?? []));
  const leaves = ({ name }: Scenario): boolean =>
    lacked.has(name) && ofSuites.has(name) && !names.includes(name);
  const left = plays.filter((play) => !leaves(play));
  if (left.length === 0) return plays;
  for (const { name } of scenarios.filter(leaves))
    io.err(`${io.colors.yellow('warning')}: ${name} is left out: ${lacked.get(name) ?? ''}`);
  return left;
};

const atLeastOne = (scenarios: readonly Scenario[]): readonly [Scenario, ...Scenario[]] => {
  const [first, ...rest] = scenarios;
  if (first === undefined)
    throw new UsageError('nothing to run: name a scenario, a suite or a file');
  return [first, ...rest];
};

const runOne = async (plan: WorldPlan, backend: BackendName): Promise<WorldResult> => {
  if (backend === 'sim') return await runSim(plan);
  if (backend === 'docker') await requireDocker();
  return await runLiveBackend(plan, backend);
};

/** In each live world every scenario once, with 3 and with 5 managers in turn. */
const inTurn = (
  scenarios: WorldPlan['scenarios'],
  managers: number | undefined,
): WorldPlan['scenarios'] => {
  if (managers !== undefined) return scenarios;
  const half = scenarios.length / 2;
  const chosen = scenarios
    .slice(0, half)
    .map((small, place) => (place % 2 === 0 ? small : scenarios[half + place]));
  // 3 managers first, then 5.
  const ordered = [
    ...chosen.filter((_, place) => place % 2 === 0),
    ...chosen.filter((_, place) => place % 2 === 1),
  ];
  return atLeastOne(ordered.filter((scenario) => scenario !== undefined));
};

const mostReal = ['docker', 'process'] as const;

/** The simulator for a while, then real processes, then containers where an engine answers. */
const runMainJob = async (
  plan: WorldPlan,
  managers: number | undefined,
): Promise<readonly WorldResult[]> => {
  const { entry, io, registry } = plan;
  const worlds: WorldResult[] = [];
  if (entry.sim !== undefined) {
    const forMs = plan.forMs ?? (plan.runs === undefined ? simShareMs : undefined);
    worlds.push(await runSim({ ...plan, forMs }));
    io.settle();
  }
  const live = {
    ...plan,
    scenarios: inTurn(plan.scenarios, managers),
    runs: undefined,
    forMs: undefined,
  };
  const playOn = (backend: 'process' | 'docker'): Promise<WorldResult> =>
    unlessItFails(
      backend,
      () => runLiveBackend({ ...live, before: summed(worlds) }, backend),
      plan,
    );
  const over = (): boolean =>
    io.signal.aborted || (plan.bail && worlds.some(({ broken }) => broken.length > 0));
  if (entry.process !== undefined && !over()) {
    worlds.push(await playOn('process'));
    io.settle();
  }
  if (entry.docker !== undefined && !over()) {
    const missing = await dockerMissing();
    if (missing === undefined) {
      worlds.push(await playOn('docker'));
    } else
      worlds.push(
        notRun(
          'docker',
          `no Docker engine answers; \`${registry.invocation} doctor\` says how to get one`,
        ),
      );
  }
  // A simulated failure is tried in the most real world that could be had.
  const real = mostReal.find((backend) =>
    worlds.some(({ tally }) => tally.backend === backend && tally.runs > 0),
  );
  const [simulated, ...others] = worlds;
  if (real === undefined || simulated?.tally.backend !== 'sim') return worlds;
  return [await triedOn(real, simulated, live), ...others];
};

/** What other worlds have found is not lost because one of them could not be had; the exit code tells of it. */
const unlessItFails = async (
  backend: BackendName,
  world: () => Promise<WorldResult>,
  { io, registry }: Pick<WorldPlan, 'io' | 'registry'>,
): Promise<WorldResult> => {
  try {
    return await world();
  } catch (error) {
    if (io.signal.aborted) return { ...notRun(backend, 'interrupted'), interrupted: true };
    if (!(error instanceof LiveFailure)) throw error;
    io.settle();
    io.err(`${io.colors.red('error')}: ${asCalledHere(error.message, registry)}`);
    return { ...notRun(backend, `could not be run: ${error.place}`), failed: true };
  }
};

const notRun = (backend: BackendName, note: string): WorldResult => ({
  tally: { backend, runs: 0, simulatedMs: 0, wallMs: 0, faults: 0, faultsBit: 0, note },
  properties: [],
  broken: [],
  digest: '',
  shown: [],
  interrupted: false,
});

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

const print = (given: {
  readonly summary: CampaignSummary;
  readonly worlds: readonly WorldResult[];
  readonly report: string;
  readonly io: Io;
  readonly options: RunOptions;
  readonly seed: number;
}): void => {
  const { summary, worlds, io, options } = given;
  const report = shortest(resolve(given.report));
  if (options.json) {
    io.out(harmlessJson(jsonOf(summary, { report, backend: backendIn(worlds) })));
    return;
  }
  printWorlds(summary, io);
  printPlanted(summary, io);
  io.out('');
  const told = new Set<string>();
  for (const { broken } of worlds) {
    for (const { property, summary: text, file, twins = [], scenario, index } of broken) {
      if (told.has(property)) continue;
      told.add(property);
      const verdict = file?.run.verdicts.find((of) => of.property === property);
      if (file !== undefined && verdict?.verdict === 'fail')
        printStory(file, verdict, { io, twins });
      else io.out(`  ${io.colors.red('BROKEN')} ${property}  ${scenario}, run ${index}: ${text}`);
      // Of what ended its thread there is no file, but a line all the same.
      const again = file ?? summary.failures.find((of) => of.property === property);
      if (again !== undefined) io.out(`replay   ${again.replay}`);
      for (const twin of twins)
        if (brokenBy(twin).includes(property))
          io.out(`${twin.run.backend.padEnd(9)}${twin.replay}`);
      io.out('');
    }
  }
  printProperties(summary, io);
  io.out(`seed      ${given.seed}`);
  io.out(`report    ${report}`);
};

/** The world in which it ran, or `all` of them. */
const backendIn = (worlds: readonly WorldResult[]): string => {
  const [first, ...others] = worlds.map(({ tally }) => tally.backend);
  return first !== undefined && others.every((backend) => backend === first) ? first : 'all';
};

/** What `docs/reading-a-report.md` says of it. Why it is not `ok` although nothing failed is told only where that is so. */
const jsonOf = (
  summary: CampaignSummary,
  { report, backend }: { readonly report: string; readonly backend: string },
): object => ({
  schema: 'schism/run@1',
  ok: summary.ok,
  seed: summary.seed,
  backend,
  runs: summary.worlds.reduce((sum, world) => sum + world.runs, 0),
  wallMs: summary.wallMs,
  simulatedMs: summary.simulatedMs,
  digest: summary.digest,
  verdicts: Object.fromEntries(
    summary.properties.map(({ property, pass, fail, unknown }) => [
      property,
      { pass, fail, unknown },
    ]),
  ),
  failures: summary.failures.map(({ property, scenario, seed, file, digest, replay }) => ({
    property,
    scenario,
    seed,
    file,
    digest,
    replay,
  })),
  ...namedUnlessEmpty({
    inconclusive: summary.properties
      .filter((tally) => stateOf(tally) === 'inconclusive')
      .map(({ property }) => property),
    unfinished: summary.unfinished,
    mutants: summary.mutants?.map(({ id }) => id),
  }),
  report,
});

const namedUnlessEmpty = (lists: Readonly<Record<string, readonly string[] | undefined>>): object =>
  Object.fromEntries(Object.entries(lists).filter(([, list = []]) => list.length > 0));
