import { createHash } from 'node:crypto';
import type { LiveBackend } from '../../backends/live/backend.ts';
import { LiveFailure } from '../../backends/live/failure.ts';
import { runLive } from '../../backends/live/run-live.ts';
import type { LiveTarget } from '../../backends/live/target.ts';
import { createConductor } from '../../conduct/conductor.ts';
import { defaultLimits } from '../../conduct/plan.ts';
import type { PropertyTally } from '../../core/campaign.ts';
import type { Property } from '../../core/property.ts';
import type { Run } from '../../core/run.ts';
import type { Scenario } from '../../core/scenario.ts';
import type { Schedule } from '../../core/schedule.ts';
import type { Target } from '../../core/target.ts';
import { judgeRun } from '../../judge.ts';
import { hinderedScenario } from './hindered.ts';
import {
  figuresOf,
  talliesOf,
  type Broken,
  type Saving,
  type WorldResult,
} from './world-result.ts';

export type LivePlan = {
  readonly backend: LiveBackend;
  readonly target: Target;
  readonly live: LiveTarget;
  readonly properties: ReadonlyMap<string, Property>;
  /** Run i plays scenario i. */
  readonly scenarios: readonly Scenario[];
  readonly seed: number;
  draw(
    scenario: Scenario,
    index: number,
  ): { readonly schedule: Schedule; readonly path: string | undefined };
  /** Clusters side by side. */
  readonly jobs: number;
  /** How many runs may be played again, each by itself, where a busy machine kept a property from being put to the test. */
  readonly againMax: number;
  /** What other worlds of the same job have come to: what is known from them is no reason to play again. */
  readonly before?: readonly PropertyTally[] | undefined;
  readonly bail: boolean;
  /** No further run is begun after this time. */
  readonly forMs: number | undefined;
  readonly saving: Saving;
  readonly note: string;
  readonly signal: AbortSignal;
  onProgress(done: number, of: number): void;
  /** The environment failed in the middle: what was found before stays. Without it all of it is rejected. */
  onTrouble?(failure: LiveFailure): void;
};

type Ended = {
  readonly run: Run;
  readonly logs: Readonly<Record<string, readonly string[]>>;
  readonly problem: string | undefined;
};

/** What a live seed replays is the schedule; so that is what its digest is over. */
export const scheduleDigest = (schedule: Schedule): string =>
  createHash('sha256').update(JSON.stringify(schedule)).digest('hex').slice(0, 16);

export const playLive = async (
  plan: Pick<LivePlan, 'backend' | 'target' | 'live' | 'properties' | 'seed' | 'signal'>,
  given: {
    readonly scenario: Scenario;
    readonly index: number;
    readonly schedule: Schedule;
    readonly path: string | undefined;
  },
): Promise<Ended> => {
  const { scenario, schedule } = given;
  const conductor = createConductor({
    target: plan.target,
    scenario,
    schedule,
    backend: plan.backend.name,
    limits: defaultLimits,
  });
  const { logs } = await runLive(plan.backend, plan.live, {
    conductor,
    shape: scenario.shape,
    settings: scenario.settings,
    signal: plan.signal,
  });
  const history = conductor.history();
  const run: Run = {
    scenario,
    seed: plan.seed,
    index: given.index,
    backend: plan.backend.name,
    schedule,
    path: given.path,
    history,
    verdicts:
      conductor.problem === undefined
        ? judgeRun(history, [...plan.properties.values()], scenario.properties)
        : [],
    digest: scheduleDigest(schedule),
    simulatedMs: history.phases.endAt,
  };
  return { run, logs, problem: conductor.problem };
};

const brokenIn = ({ run, logs, problem }: Ended, saving: Saving): readonly Broken[] => {
  const common = { scenario: run.scenario.name, index: run.index, digest: run.digest };
  const file = saving.save(run, { logs, shrunkFrom: undefined });
  if (problem !== undefined) return [{ ...common, property: 'problem', summary: problem, file }];
  return run.verdicts.flatMap((verdict) =>
    verdict.verdict === 'fail'
      ? [{ ...common, property: verdict.property, summary: verdict.summary, file }]
      : [],
  );
};

/**
 * Plays each scenario once on real clusters, some of them side by side. Where the environment fails no further run is begun; rejects
 * where no run was ended by then.
 */
export const runLiveWorld = async (plan: LivePlan): Promise<WorldResult> => {
  const begun = performance.now();
  const ended: (Ended | undefined)[] = plan.scenarios.map(() => undefined);
  let next = 0;
  let done = 0;
  let over = false;
  const aborted = (): boolean => plan.signal.aborted;
  const isOver = (): boolean =>
    over || aborted() || performance.now() - begun > (plan.forMs ?? Infinity);
  const play = async (scenario: Scenario, index: number): Promise<void> => {
    const end = await playLive(plan, { scenario, index, ...plan.draw(scenario, index) }).catch(
      (thrown: unknown) => {
        over = true;
        throw thrown;
      },
    );
    // A run that was broken off half-way is no run.
    if (aborted()) return;
    ended[index] = end;
    done += 1;
    plan.onProgress(done, ended.length);
    const failed =
      end.problem !== undefined || end.run.verdicts.some(({ verdict }) => verdict === 'fail');
    if (plan.bail && failed) over = true;
  };
  const lane = async (): Promise<void> => {
    for (let index = next; index < plan.scenarios.length && !isOver(); index = next) {
      next += 1;
      const scenario = plan.scenarios[index];
      if (scenario !== undefined) await play(scenario, index);
    }
  };
  const lanes = await Promise.allSettled(Array.from({ length: plan.jobs }, lane));
  const failed = lanes.find((end) => end.status === 'rejected');
  const trouble: unknown = failed?.reason;
  if (failed !== undefined) {
    if (!(trouble instanceof LiveFailure) || plan.onTrouble === undefined || done === 0)
      throw failed.reason;
    if (!aborted()) plan.onTrouble(trouble);
  }
  for (let again = 0; again < plan.againMax && !isOver(); again += 1) {
    const runs = ended.flatMap((end) => end?.run ?? []);
    const scenario = hinderedScenario(runs, talliesOf(runs, plan.properties, plan.before));
    if (scenario === undefined) break;
    await play(scenario, plan.scenarios.length + again);
  }

  const runs = ended.filter((end) => end !== undefined);
  const broken = runs.flatMap((end) => brokenIn(end, plan.saving));
  const held = runs.filter(({ run }) => !broken.some(({ index }) => index === run.index));
  return {
    tally: {
      backend: plan.backend.name,
      ...figuresOf(runs.map(({ run }) => run)),
      wallMs: performance.now() - begun,
      note: plan.note,
    },
    properties: talliesOf(
      runs.map(({ run }) => run),
      plan.properties,
    ),
    broken,
    digest: createHash('sha256')
      .update(runs.map(({ run }) => run.digest).join())
      .digest('hex')
      .slice(0, 16),
    shown: held.map(({ run, logs }) => plan.saving.save(run, { logs, shrunkFrom: undefined })),
    interrupted: plan.signal.aborted,
    failed: failed !== undefined,
  };
};
