/**
 * Failures, tried in another world with the same schedule. What a real cluster showed once can be run again to the bit in the
 * simulator, and made smaller there; what was simulated is worth more where real processes do it too. Or it turns out that one
 * world has what the other has not.
 */
import { availableParallelism } from 'node:os';
import { runCampaign } from '../../campaign/campaign.ts';
import type { ModuleExport } from '../../campaign/module-export.ts';
import { defaultLimits } from '../../conduct/plan.ts';
import type { PropertyTally } from '../../core/campaign.ts';
import type { Ms } from '../../core/cluster.ts';
import type { BackendName, Run, RunFile } from '../../core/run.ts';
import { messageOf } from '../../core/thrown.ts';
import { endingAt } from '../../shrink/shrink.ts';
import type { Io } from '../io.ts';
import type { Planting, Registry } from '../registry.ts';
import { beforeShrinking } from './saving.ts';
import { shrinkFor } from './sim-world.ts';
import type { Broken, Saving, WorldResult } from './world-result.ts';

/** What one world made of another one's failure. */
export type Try = {
  readonly backend: BackendName;
  readonly runs: number;
  readonly properties: readonly PropertyTally[];
  /** A run that broke one of the same properties, where one did, and what came of that one in turn. */
  readonly twins: readonly RunFile[];
};

/** Runs that are tried at most: the first that broke a property. */
const triedMax = 3;

/** The properties that a run broke; none where it could not be judged. */
export const brokenBy = ({ run }: { readonly run: Pick<Run, 'verdicts'> }): readonly string[] =>
  run.verdicts.filter(({ verdict }) => verdict === 'fail').map(({ property }) => property);

/**
 * The first run of each property that broke, which no try has made something of yet, with the property; most of the time it is one
 * run, which is tried once.
 */
const worthATry = (broken: readonly Broken[]): ReadonlyMap<RunFile, string> => {
  const properties = new Set<string>();
  const firsts = new Map<RunFile, string>();
  for (const { property, file, twins = [] } of broken) {
    if (file === undefined || !brokenBy(file).includes(property) || twins.length > 0) continue;
    if (properties.has(property)) continue;
    properties.add(property);
    if (!firsts.has(file) && firsts.size < triedMax) firsts.set(file, property);
  }
  return firsts;
};

type TryIo = Pick<Io, 'signal' | 'progress' | 'settle' | 'err'>;

/** What was found is not lost because it could not be tried elsewhere: then that is said, and `undefined` comes back. */
export const attempt = async (
  { run }: RunFile,
  io: TryIo,
  tryIt: () => Promise<Try>,
): Promise<Try | undefined> => {
  const aborted = (): boolean => io.signal.aborted;
  if (aborted()) return undefined;
  try {
    const of = await tryIt();
    return of.runs > 0 ? of : undefined;
  } catch (error) {
    if (aborted()) return undefined;
    const why = messageOf(error);
    io.settle();
    io.err(`run ${run.index} on ${run.backend} could not be tried once more: ${why}`);
    return undefined;
  }
};

/** A world's result with what another world, or once more its own, made of its failures. */
export const withTries = async (
  result: WorldResult,
  io: TryIo,
  tryOne: (file: RunFile, property: string) => Promise<Try>,
): Promise<WorldResult> => {
  const tried = new Map<RunFile, Pick<Broken, 'file' | 'twins'>>();
  for (const [file, property] of worthATry(result.broken)) {
    const of = await attempt(file, io, () => tryOne(file, property));
    if (of !== undefined) tried.set(file, { file: withTry(file, of), twins: of.twins });
  }
  const broken = result.broken.map((of) => ({
    ...of,
    ...(of.file !== undefined && tried.get(of.file)),
  }));
  return { ...result, broken, interrupted: result.interrupted || io.signal.aborted };
};

/** A failure's file with what another world made of it, or its own once more. */
export const withTry = (file: RunFile, { backend, runs, properties, twins }: Try): RunFile => {
  const broken = brokenBy(file).map((property) => ({
    property,
    runs: properties.find((of) => of.property === property)?.fail ?? 0,
  }));
  if (backend === file.run.backend) return { ...file, again: { backend, runs, broken } };
  const [twin] = twins;
  const replay = twin === undefined ? {} : { replay: twin.replay };
  return { ...file, elsewhere: { backend, runs, broken, ...replay } };
};

/**
 * A schedule that the simulator ends right behind its failure. On real clusters everything takes longer, the faults' beginning too:
 * there it goes on for as long as it did.
 */
export const asLongAsBefore = ({
  run: { scenario, schedule },
  shrunkFrom,
}: RunFile): Pick<Run, 'scenario' | 'schedule'> & Pick<RunFile, 'shrunkFrom'> => {
  if (shrunkFrom?.injectMs === undefined) return { scenario, schedule, shrunkFrom };
  const { injectMs, ...before } = shrunkFrom;
  const longer = endingAt({ schedule, injectMs: scenario.injectMs }, injectMs);
  return {
    scenario: { ...scenario, injectMs },
    schedule: longer.schedule,
    shrunkFrom: before,
  };
};

export type InSimPlan = {
  readonly registry: Pick<Registry, 'propertiesModule'>;
  readonly io: TryIo;
  readonly seed: number;
  /** How long the twin is made smaller; 0: not at all. */
  readonly shrinkMs: Ms | undefined;
  readonly planting: Planting | undefined;
  readonly saving: Saving;
};

/** Simulated runs of one live failure: so many, or as many as this time allows. */
const runsMax = 200;
const forMs = 5_000;
const shrinkDefault = { attemptsMax: 2_000, forMs: 5_000 };

/** A live failure in the simulator, under the chances of many runs; its twin is made smaller. */
export const tryInSim = async (file: RunFile, sim: ModuleExport, plan: InSimPlan): Promise<Try> => {
  const { registry, io, seed, planting, saving, shrinkMs } = plan;
  const { scenario, schedule, backend, index } = file.run;
  const { runs, properties, failures } = await runCampaign({
    target: sim,
    properties: registry.propertiesModule,
    schedule,
    scenarios: [scenario],
    seed,
    limits: defaultLimits,
    runsMax,
    forMs,
    jobs: availableParallelism(),
    bail: false,
    ...shrinkFor(shrinkMs, shrinkDefault),
    ...(planting === undefined ? {} : { execArgv: planting.nodeOptions, env: planting.env }),
    signal: io.signal,
    onProgress: (done) => {
      io.progress(`sim: ${done.runs} runs with the schedule of ${backend} run ${index}`);
    },
    onShrinking: () => {
      io.progress(`sim: ${backend} run ${index} is made smaller`);
    },
  });
  const same = brokenBy(file);
  // One that could not be made smaller is left to the world that it came from.
  const shown = failures
    .filter(({ finding }) => same.includes(finding.property))
    .find(({ whole, shrunk }) => (shrinkMs === 0 ? whole : shrunk) !== undefined);
  const run = shown?.shrunk?.run ?? shown?.whole?.run;
  if (run === undefined) return { backend: 'sim', runs, properties, twins: [] };
  const twin = saving.save(run, {
    logs: {},
    shrunkFrom:
      shown?.shrunk === undefined
        ? undefined
        : beforeShrinking(shown.shrunk, shown.finding.property),
    scheduleOf: { backend, index },
  });
  return { backend: 'sim', runs, properties, twins: [twin] };
};
