import type fc from 'fast-check';
import { liveBackend } from '../backends/live-backend.ts';
import type { LiveBackend } from '../backends/live/backend.ts';
import { runLive } from '../backends/live/run-live.ts';
import type { LiveTarget } from '../backends/live/target.ts';
import { hashChoices } from '../backends/sim/hash-choices.ts';
import { runInSim } from '../backends/sim/run.ts';
import { realCipher } from '../campaign/real-cipher.ts';
import { createConductor } from '../conduct/conductor.ts';
import { defaultLimits, type Plan } from '../conduct/plan.ts';
import type { BackendName } from '../core/run.ts';
import type { Scenario } from '../core/scenario.ts';
import { isFault, type Schedule } from '../core/schedule.ts';
import { drawSchedule } from '../generate/draw-schedule.ts';
import { schedules as schedulesOf } from '../generate/schedules.ts';
import type { Played } from './played.ts';
import { checkSchedule, lastMoment, leased, type WrittenEntry } from './check-schedule.ts';
import { scenarioOf, type RunShape, type System } from './system.ts';

export type RunOptions = RunShape & {
  readonly backend: BackendName;
  /** What the simulator's choices (delays, losses, timeouts) are drawn from; default 0. Live worlds do not use it. */
  readonly seed?: number;
  readonly signal?: AbortSignal;
};

/** Made by `schedules`: one that lost its last operation while it shrank gets no others. */
const drawn = new WeakSet<readonly WrittenEntry[]>();

/** Schedules of faults and client operations for a system, as a fast-check arbitrary that shrinks. */
export const schedules = (system: System, shape: RunShape = {}): fc.Arbitrary<Schedule> =>
  schedulesOf(system.target, scenarioOf(system, shape)).map((schedule) => {
    drawn.add(schedule);
    return schedule;
  });

export const liveBackendOf = async (
  system: System,
  backend: 'process' | 'docker',
): Promise<{ readonly backend: LiveBackend; readonly live: LiveTarget }> => {
  const live = backend === 'process' ? await system.process?.() : await system.docker?.();
  if (live === undefined) {
    throw new RangeError(
      `${system.target.name} cannot run on ${backend}: it was given no program for it`,
    );
  }
  return { backend: liveBackend(backend), live };
};

/**
 * Plays a schedule on a cluster of its own and gives back what was seen. A fault without `forMs` lasts until the heal; where the schedule
 * names no operation, clients ask what `options` say. Rejects with a `UsageError` that names the entry where the schedule is none of this
 * system, with a `LiveFailure` where a live world does not start,
 * and with an `Error` where the cluster never formed or a node's program threw.
 */
export const run = async (
  system: System,
  written: readonly WrittenEntry[],
  options: RunOptions,
): Promise<Played> => {
  const { backend, seed = 0 } = options;
  const { scenario, schedule } = playable(system, written, { ...options, seed });
  const plan: Plan = { target: system.target, scenario, schedule, backend, limits: defaultLimits };
  if (backend === 'sim') return inSim(system, plan, seed);
  const conductor = createConductor(plan);
  const { backend: world, live } = await liveBackendOf(system, backend);
  await runLive(world, live, {
    conductor,
    shape: system.shape,
    settings: scenario.settings,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  if (conductor.problem !== undefined) throw new Error(conductor.problem);
  return playedOf(plan, {
    history: conductor.history(),
    digest: '',
    simulatedMs: conductor.history().phases.endAt,
    seed,
  });
};

/** A schedule as it is played, and a scenario that is long enough for everything that it names. */
export const playable = (
  system: System,
  written: readonly WrittenEntry[],
  shape: RunShape & { readonly seed: number },
): { readonly scenario: Scenario; readonly schedule: Schedule } => {
  checkSchedule(written, system);
  const asked = scenarioOf(system, shape);
  const injectMs = shape.injectMs ?? Math.max(asked.injectMs, lastMoment(written));
  const scenario = { ...asked, injectMs };
  const schedule = leased(written, injectMs);
  if (drawn.has(written) || schedule.some((entry) => !isFault(entry)))
    return { scenario, schedule };
  const operations = drawSchedule(
    system.target,
    { ...scenario, faults: [] },
    { seed: shape.seed, index: 0 },
  ).schedule;
  return { scenario, schedule: [...schedule, ...operations].sort((a, b) => a.at - b.at) };
};

const inSim = (system: System, plan: Plan, seed: number): Played => {
  if (system.sim === undefined) {
    throw new RangeError(`${system.target.name} cannot run on sim: it was given no program for it`);
  }
  const ran = runInSim(plan, { target: system.sim, choices: hashChoices(seed, 0), realCipher });
  if (ran.problem !== undefined) throw new Error(ran.problem);
  return playedOf(plan, { ...ran, seed });
};

export const playedOf = (
  { scenario, schedule, backend }: Plan,
  given: Pick<Played, 'history' | 'digest'> & {
    readonly simulatedMs: number;
    readonly seed: number;
  },
): Played => {
  const { history, digest, simulatedMs, seed } = given;
  return {
    history,
    digest,
    run: {
      scenario,
      seed,
      index: 0,
      backend,
      schedule,
      path: undefined,
      history,
      verdicts: [],
      digest,
      simulatedMs,
    },
  };
};
