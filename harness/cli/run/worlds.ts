import { availableParallelism } from 'node:os';
import { connectEngine } from '../../backends/docker/engine.ts';
import { liveBackend } from '../../backends/live-backend.ts';
import type { LiveTarget } from '../../backends/live/target.ts';
import type { DrawSchedule } from '../../campaign/job.ts';
import { loadExport, type ModuleExport } from '../../campaign/module-export.ts';
import { defaultLimits } from '../../conduct/plan.ts';
import type { PropertyTally } from '../../core/campaign.ts';
import type { Ms } from '../../core/cluster.ts';
import { grouped, spoken } from '../../core/figures.ts';
import type { BackendName, RunFile } from '../../core/run.ts';
import type { Scenario } from '../../core/scenario.ts';
import type { Schedule } from '../../core/schedule.ts';
import { messageOf } from '../../core/thrown.ts';
import { UsageError } from '../../core/usage-error.ts';
import { asCalledHere, EnvironmentError } from '../exit.ts';
import type { Io } from '../io.ts';
import type { Planting, Registry, TargetEntry } from '../registry.ts';
import { tryAgain } from './again.ts';
import {
  asLongAsBefore,
  attempt,
  brokenBy,
  withTries,
  tryInSim,
  withTry,
  type Try,
} from './elsewhere.ts';
import { runLiveWorld, type LivePlan } from './live-world.ts';
import { runSimWorld } from './sim-world.ts';
import type { Saving, WorldResult } from './world-result.ts';

export type WorldPlan = {
  readonly registry: Registry;
  readonly io: Io;
  readonly entry: TargetEntry;
  /** In the simulator run i plays scenario i modulo their number; in live worlds each is played once. */
  readonly scenarios: readonly [Scenario, ...Scenario[]];
  readonly seed: number;
  readonly runs: number | undefined;
  readonly forMs: number | undefined;
  readonly jobs: number | undefined;
  /** What earlier worlds of the same job have come to. */
  readonly before?: readonly PropertyTally[];
  readonly bail: boolean;
  /** How long a failure may be made smaller; 0: not at all, and on real clusters it is not played again either. */
  readonly shrinkMs: Ms | undefined;
  readonly planting: Planting | undefined;
  readonly saving: Saving;
};

/** Simulated runs where neither a number nor a time is asked for. */
const runsDefault = 200;
/**
 * Clusters side by side, where nothing else is asked for. Each is mostly idle, but a stalled machine proves nothing; containers
 * cost more than processes.
 */
const liveJobsDefault = (backend: 'process' | 'docker'): number => {
  const perCore = backend === 'process' ? 2.5 : 1.5;
  return Math.min(7, Math.max(3, Math.floor(perCore * availableParallelism())));
};

/** A failure's schedule is played so often on real clusters, or as often as they run side by side: a rate needs more than one run. */
const triesMin = 3;

/** A run takes ten seconds and more, so this is time for some ten rounds of them. */
const shrinkMsDefault = 120_000;

/** Runs of a live world that are played again at most, enough for two of fifteen that could not tell; see `hinderedScenario`. */
const againMax = 5;

const shapesOf = (scenarios: readonly Scenario[]): string => {
  const counts = [...new Set(scenarios.map(({ shape }) => shape.managers))].sort((a, b) => a - b);
  return `${counts.join(' and ')} ${counts.length === 1 && counts[0] === 1 ? 'manager' : 'managers'}`;
};

const lacks = (entry: TargetEntry, backend: BackendName): UsageError =>
  new UsageError(`target ${entry.target.name} cannot run on ${backend}; choose another --backend`);

export const runSim = (plan: WorldPlan): Promise<WorldResult> => {
  const { registry, io, entry, scenarios, seed } = plan;
  if (entry.sim === undefined) throw lacks(entry, 'sim');
  const runs = plan.runs ?? (plan.forMs === undefined ? runsDefault : Infinity);
  return runSimWorld({
    job: {
      target: entry.sim,
      properties: registry.propertiesModule,
      draw: registry.drawModule,
      scenarios,
      seed,
      limits: defaultLimits,
    },
    runsMax: runs,
    forMs: plan.forMs,
    jobs: Math.min(plan.jobs ?? availableParallelism(), runs),
    bail: plan.bail,
    shrinkMs: plan.shrinkMs,
    planting: plan.planting,
    saving: plan.saving,
    note: shapesOf(scenarios),
    signal: io.signal,
    onProgress: (done, simulatedMs) => {
      io.progress(`sim: ${grouped(done)} runs, ${spoken(simulatedMs)} of cluster time`);
    },
    onShrinking: (property) => {
      io.progress(`sim: a failure of ${property} is made smaller`);
    },
  });
};

/** Throws a `UsageError` where the target cannot run there. */
export const requireWorld = (entry: TargetEntry, backend: BackendName): void => {
  if (entry[backend] === undefined) throw lacks(entry, backend);
};

/** What runs there, made first where it has to be. Rejects with a `UsageError` where the target cannot run there. */
export const liveOf = async (
  { entry, planting, io }: Pick<WorldPlan, 'entry' | 'planting' | 'io'>,
  backend: 'process' | 'docker',
): Promise<LiveTarget> => {
  if (backend === 'process') {
    if (entry.process === undefined) throw lacks(entry, backend);
    return await entry.process(planting);
  }
  if (entry.docker === undefined) throw lacks(entry, backend);
  return await entry.docker({
    planting,
    say: (sentence) => {
      io.err(sentence);
    },
    signal: io.signal,
  });
};

type Asked = Pick<
  LivePlan,
  'scenarios' | 'draw' | 'againMax' | 'before' | 'bail' | 'saving' | 'onTrouble'
> & {
  /** Words behind the number of runs that are done. */
  readonly doing: string;
};

const playOn = async (
  plan: WorldPlan,
  backend: 'process' | 'docker',
  { doing, ...asked }: Asked,
): Promise<WorldResult> => {
  const { registry, io, entry, seed } = plan;
  return await runLiveWorld({
    ...asked,
    backend: liveBackend(backend),
    target: entry.target,
    live: await liveOf(plan, backend),
    properties: registry.properties,
    seed,
    jobs: plan.jobs ?? liveJobsDefault(backend),
    forMs: plan.forMs,
    note: shapesOf(asked.scenarios),
    signal: io.signal,
    onProgress: (done, of) => {
      io.progress(`${backend}: ${done} of ${of} runs${doing}`);
    },
  });
};

export const runLiveBackend = async (
  plan: WorldPlan,
  backend: 'process' | 'docker',
): Promise<WorldResult> => {
  const { registry, io, entry, seed, scenarios, saving } = plan;
  const draw = (await loadExport(registry.drawModule)) as DrawSchedule;
  const times = plan.runs === undefined ? 1 : Math.ceil(plan.runs / scenarios.length);
  const result = await playOn(plan, backend, {
    scenarios: Array.from({ length: times }, () => scenarios)
      .flat()
      .slice(0, plan.runs ?? scenarios.length),
    draw(scenario, index) {
      const { schedule, origin } = draw(entry.target, scenario, { seed, index });
      return { schedule, path: origin?.path };
    },
    // Who says how many runs gets so many.
    againMax: plan.runs === undefined ? againMax : 0,
    before: plan.before,
    bail: plan.bail,
    saving,
    doing: '',
    onTrouble(failure) {
      io.settle();
      io.err(`${io.colors.red('error')}: ${asCalledHere(failure.message, registry)}`);
    },
  });
  const { sim } = entry;
  const tried =
    sim === undefined
      ? result
      : await withTries(result, io, (file) => tryInSimAndBack(backend, file, sim, plan));
  if (plan.shrinkMs === 0) return tried;
  return await withTries(tried, io, (file, property) =>
    tryAgainOn(backend, { file, property }, plan),
  );
};

/** A live failure in the simulator; what came of it there, where it was found. */
const tryInSimAndBack = async (
  backend: 'process' | 'docker',
  file: RunFile,
  sim: ModuleExport,
  plan: WorldPlan,
): Promise<Try> => {
  const tried = await tryInSim(file, sim, plan);
  const [smaller] = tried.twins;
  if (smaller?.shrunkFrom === undefined) return tried;
  const back = await attempt(smaller, plan.io, () => tryOn(backend, smaller, plan));
  if (back === undefined) return tried;
  return { ...tried, twins: [withTry(smaller, back), ...back.twins] };
};

/** A failure's schedule, or smaller ones, each once on real clusters; every run is saved as being of that failure. */
const playEach = (
  backend: 'process' | 'docker',
  schedules: readonly Schedule[],
  given: {
    readonly plan: WorldPlan;
    readonly scenario: Scenario;
    readonly path: string | undefined;
    readonly extra: Pick<RunFile, 'shrunkFrom' | 'scheduleOf' | 'shownFor'>;
    readonly doing: string;
  },
): Promise<WorldResult> => {
  const { plan, scenario, path, extra, doing } = given;
  return playOn(plan, backend, {
    scenarios: schedules.map(() => scenario),
    draw: (_scenario, place) => ({ schedule: schedules[place] ?? [], path }),
    againMax: 0,
    // A rate is of all of them.
    bail: false,
    doing,
    saving: { save: (run, { logs }) => plan.saving.save(run, { logs, ...extra }) },
  });
};

/** A live failure once more where it was found, and made smaller there. */
const tryAgainOn = (
  backend: 'process' | 'docker',
  { file, property }: { readonly file: RunFile; readonly property: string },
  plan: WorldPlan,
): Promise<Try> => {
  const { scenario, schedule, index } = file.run;
  const extra = { shrunkFrom: undefined, scheduleOf: { backend, index } };
  const lanes = plan.jobs ?? liveJobsDefault(backend);
  return tryAgain(file, property, {
    lanes,
    plays: Math.max(triesMin, lanes),
    forMs: plan.shrinkMs ?? shrinkMsDefault,
    now: () => performance.now(),
    aborted: () => plan.io.signal.aborted,
    onTrouble(error) {
      const why = messageOf(error);
      plan.io.settle();
      plan.io.err(`run ${index} on ${backend} could not be made smaller any further: ${why}`);
    },
    async play(schedules, injectMs) {
      const doing = ` with ${schedules[0]?.length ?? 0} of the ${schedule.length} entries of ${backend} run ${index}`;
      const lasting = { ...scenario, injectMs };
      const given = { plan, scenario: lasting, path: undefined, extra, doing };
      const { tally, properties, broken } = await playEach(backend, schedules, given);
      const brokenAt = (place: number): RunFile | undefined =>
        broken.find((of) => of.index === place && of.property === property)?.file;
      return {
        runs: tally.runs,
        properties,
        broken: schedules.map((_, place) => brokenAt(place)),
      };
    },
  });
};

/** A failure's schedule on real clusters, some times. */
const tryOn = async (
  backend: 'process' | 'docker',
  file: RunFile,
  plan: WorldPlan,
): Promise<Try> => {
  const { path, index, backend: home } = file.run;
  const { shownFor, scheduleOf = { backend: home, index } } = file;
  const { scenario, schedule, shrunkFrom } = asLongAsBefore(file);
  // Two smaller forms of one run have two twins.
  const extra = { shrunkFrom, scheduleOf, ...(shownFor !== undefined && { shownFor }) };
  const times = Math.max(triesMin, plan.jobs ?? liveJobsDefault(backend));
  const schedules = Array.from({ length: times }, () => schedule);
  const doing = ` with the schedule of ${scheduleOf.backend} run ${scheduleOf.index}`;
  const given = { plan, scenario, path, extra, doing };
  const { tally, properties, broken } = await playEach(backend, schedules, given);
  const same = brokenBy(file);
  const twin = broken.find(({ property }) => same.includes(property))?.file;
  return { backend, runs: tally.runs, properties, twins: twin === undefined ? [] : [twin] };
};

/** A simulated world's failures, tried on real clusters. */
export const triedOn = (
  backend: 'process' | 'docker',
  result: WorldResult,
  plan: WorldPlan,
): Promise<WorldResult> => withTries(result, plan.io, (file) => tryOn(backend, file, plan));

/** `undefined` where an engine answers; otherwise why none does. */
export const dockerMissing = async (): Promise<string | undefined> => {
  try {
    await connectEngine();
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
};

export const requireDocker = async (): Promise<void> => {
  const missing = await dockerMissing();
  if (missing !== undefined) throw new EnvironmentError(missing);
};
