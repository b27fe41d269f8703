import { runCampaign, type CampaignPlan, type CampaignResult } from '../../campaign/campaign.ts';
import type { Job } from '../../campaign/job.ts';
import type { Ms } from '../../core/cluster.ts';
import type { Planting } from '../registry.ts';
import { beforeShrinking } from './saving.ts';
import type { Broken, Saving, WorldResult } from './world-result.ts';

export type SimPlan = {
  readonly job: Job;
  readonly runsMax: number;
  readonly forMs: Ms | undefined;
  readonly jobs: number;
  readonly bail: boolean;
  /** How long a failing schedule is made smaller; 0: not at all. */
  readonly shrinkMs: Ms | undefined;
  readonly planting: Planting | undefined;
  readonly saving: Saving;
  readonly note: string;
  readonly signal: AbortSignal;
  onProgress(runs: number, simulatedMs: Ms): void;
  onShrinking(property: string): void;
};

/** Where nothing else is asked for, a failing schedule is made smaller for as long as some hundreds of plays of it take. */
const shrinkDefault = { attemptsMax: 5_000, msPerSecond: 800, msMin: 8_000, msMax: 60_000 };

const defaultFor = (scenarios: Job['scenarios']): NonNullable<CampaignPlan['shrink']> => {
  const { attemptsMax, msPerSecond, msMin, msMax } = shrinkDefault;
  const longest = Math.max(...scenarios.map(({ injectMs }) => injectMs)) / 1_000;
  return { attemptsMax, forMs: Math.min(msMax, Math.max(msMin, longest * msPerSecond)) };
};

/** For as long as asked, not at all for no time, or else within these limits. */
export const shrinkFor = (
  forMs: Ms | undefined,
  otherwise: NonNullable<CampaignPlan['shrink']>,
): Pick<CampaignPlan, 'shrink'> => {
  if (forMs === 0) return {};
  return { shrink: forMs === undefined ? otherwise : { attemptsMax: Infinity, forMs } };
};

/** A campaign in the simulator, on worker threads. */
export const runSimWorld = async (plan: SimPlan): Promise<WorldResult> => {
  const { job, planting } = plan;
  const result = await runCampaign({
    ...job,
    runsMax: plan.runsMax,
    forMs: plan.forMs,
    jobs: plan.jobs,
    bail: plan.bail,
    ...shrinkFor(plan.shrinkMs, defaultFor(job.scenarios)),
    ...(planting === undefined ? {} : { execArgv: planting.nodeOptions, env: planting.env }),
    signal: plan.signal,
    onProgress: ({ runs, simulatedMs }) => {
      plan.onProgress(runs, simulatedMs);
    },
    onShrinking: (property) => {
      plan.onShrinking(property);
    },
  });
  return {
    tally: {
      backend: 'sim',
      runs: result.runs,
      simulatedMs: result.simulatedMs,
      wallMs: result.wallMs,
      faults: result.faults,
      faultsBit: result.faultsBit,
      noEffect: result.noEffect,
      note: plan.note,
    },
    properties: result.properties,
    broken: brokenIn(result, plan.saving),
    digest: result.digest,
    shown: [],
    interrupted: result.ended === 'interrupted',
  };
};

const brokenIn = (result: CampaignResult, saving: Saving): readonly Broken[] => {
  /** A run that broke two properties was made smaller for each of them: two files. */
  const taken = new Set<number>();
  return result.findings.map((finding) => {
    const failure = result.failures.find((of) => of.finding === finding);
    const shown = failure?.shrunk ?? failure?.whole;
    const shrunk = failure?.shrunk;
    const file =
      shown === undefined
        ? undefined
        : saving.save(shown.run, {
            logs: {},
            shrunkFrom:
              shrunk === undefined ? undefined : beforeShrinking(shrunk, finding.property),
            ...(failure?.unshrunk !== undefined && { unshrunk: failure.unshrunk }),
            ...(taken.has(finding.index) && { shownFor: finding.property }),
          });
    if (file !== undefined) taken.add(finding.index);
    const smaller = shrunk?.run.verdicts.find(({ property }) => property === finding.property);
    return {
      property: finding.property,
      scenario: finding.scenario,
      index: finding.index,
      summary: smaller?.verdict === 'fail' ? smaller.summary : finding.summary,
      digest: shown?.run.digest ?? finding.digest,
      file,
    };
  });
};
