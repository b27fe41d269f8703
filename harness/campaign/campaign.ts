import { performance } from 'node:perf_hooks';
import type { Difference } from '../backends/sim/journal.ts';
import type { PropertyTally } from '../core/campaign.ts';
import type { Ms } from '../core/cluster.ts';
import { scenarioAt } from './carry-out.ts';
import type { Finding, Job, Shrunk, Tally, WholeRun } from './job.ts';
import { Pool } from './pool.ts';
import { isSampled } from './sample.ts';
import { Total, textOf } from './tally.ts';

export type CampaignPlan = Job & {
  /** How many runs at most; infinite where only time ends it. */
  readonly runsMax: number;
  readonly forMs: Ms | undefined;
  /** Worker threads. Nothing but the time it takes depends on it. */
  readonly jobs: number;
  /** Ends behind the first run with a finding. */
  readonly bail: boolean;
  readonly execArgv?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** One run in so many is run twice. */
  readonly againOneIn?: number;
  /** The first failing run of each property is made smaller, within these limits. */
  readonly shrink?: { readonly attemptsMax: number; readonly forMs: Ms };
  /** A thread that is silent for longer is given up. */
  readonly taskMsMax?: Ms;
  readonly onProgress?: (progress: Progress) => void;
  /** A failure of this property is being made smaller, which can take longer than all runs did. */
  readonly onShrinking?: (property: string) => void;
  /** Ends it early; what is complete is returned. */
  readonly signal?: AbortSignal;
};

export type Progress = {
  readonly runs: number;
  readonly simulatedMs: Ms;
  readonly findings: number;
};

export type Failure = {
  readonly finding: Finding;
  /** `undefined` where the run kills its thread. */
  readonly whole: WholeRun | undefined;
  readonly shrunk: Shrunk | undefined;
  /** Where it was to be made smaller and could not be: why. */
  readonly unshrunk?: string;
};

export type CampaignResult = {
  /** The first so many runs of the seed: the same number as `runsMax` gives the same digest. */
  readonly runs: number;
  /** Over all runs in order, whatever the number of threads was. */
  readonly digest: string;
  readonly simulatedMs: Ms;
  readonly events: number;
  readonly faults: number;
  readonly faultsBit: number;
  /** Why the first fault that did nothing did so. */
  readonly noEffect: string | undefined;
  readonly properties: readonly PropertyTally[];
  /** All of them, in the order of their runs. */
  readonly findings: readonly Finding[];
  /** The first finding of each property, with what a run file needs. */
  readonly failures: readonly Failure[];
  /** How many runs were run twice. */
  readonly again: number;
  readonly wallMs: Ms;
  readonly ended: 'runs' | 'time' | 'bail' | 'interrupted';
};

/** Work is handed out in stretches of about this long. */
const stretchMs = 150;
const stretchRunsMax = 256;
const againOneInDefault = 40;
const taskMsMaxDefault = 120_000;

/** Runs a campaign in worker threads. What it finds depends on its job and on how many runs it came to, and on nothing else. */
export const runCampaign = async (plan: CampaignPlan): Promise<CampaignResult> => {
  const { taskMsMax = taskMsMaxDefault } = plan;
  await using pool = new Pool({ ...plan, taskMsMax });
  return await new Campaign(plan, pool).run();
};

class Campaign {
  readonly #plan: CampaignPlan;
  readonly #job: Job;
  readonly #pool: Pool;
  readonly #startedAt = performance.now();
  readonly #total = new Total();
  /** Tallies whose predecessors are still missing, by their first run. */
  readonly #early = new Map<number, readonly Tally[]>();
  /** Sampled runs with the digests that they had, to be run again. */
  readonly #sampled: { readonly index: number; readonly digest: string }[] = [];
  readonly #doubts: Finding[] = [];
  #next = 0;
  #again = 0;
  #msPerRun: Ms | undefined;
  #bailed = false;

  constructor(plan: CampaignPlan, pool: Pool) {
    const { target, properties, draw, schedule, scenarios, seed, limits } = plan;
    this.#plan = plan;
    this.#job = {
      target,
      properties,
      scenarios,
      seed,
      limits,
      ...(draw !== undefined && { draw }),
      ...(schedule !== undefined && { schedule }),
    };
    this.#pool = pool;
  }

  async run(): Promise<CampaignResult> {
    const titles = await this.#pool.titles(this.#job);
    await Promise.all(Array.from({ length: this.#plan.jobs }, () => this.#lane()));
    await this.#runAgain();
    const total = this.#total;
    const asked = new Set(this.#job.scenarios.flatMap((scenario) => scenario.properties));
    const findings = [...total.findings, ...this.#doubts.filter(({ index }) => index < total.runs)];
    findings.sort((a, b) => a.index - b.index);
    const failures = await this.#failures(findings);
    return {
      runs: total.runs,
      digest: total.digest,
      simulatedMs: total.simulatedMs,
      events: total.events,
      faults: total.faults,
      faultsBit: total.faultsBit,
      noEffect: total.noEffect,
      properties: titles
        .map(({ name, ...title }) => ({
          property: name,
          ...title,
          ...total.countsOf(name),
        }))
        .filter(({ property, fail }) => fail > 0 || asked.has(property)),
      findings,
      failures,
      again: this.#again,
      wallMs: this.#elapsedMs,
      ended: this.#ended(),
    };
  }

  /** One thread's worth of work: stretch after stretch, and what is to be run again in between. */
  async #lane(): Promise<void> {
    for (let stretch = this.#take(); stretch !== undefined; stretch = this.#take()) {
      const { from, to } = stretch;
      const before = performance.now();
      const task = { job: this.#job, from, to, bail: this.#plan.bail };
      const tallies = await this.#unlessAborted(this.#pool.runs(task));
      if (tallies === undefined) return;
      this.#msPerRun = (performance.now() - before) / (to - from);
      this.#came(from, tallies);
      await this.#runAgain();
    }
  }

  #take(): { readonly from: number; readonly to: number } | undefined {
    if (this.#over) return undefined;
    const left = this.#plan.runsMax - this.#next;
    const size = Math.min(this.#stretch(left), left);
    if (size < 1) return undefined;
    const from = this.#next;
    this.#next += size;
    return { from, to: from + size };
  }

  /** As many runs as fit: short at first, while a run's time is unknown, and again towards the end. */
  #stretch(left: number): number {
    if (this.#msPerRun === undefined) return 2;
    const fair = Math.ceil(left / (2 * this.#plan.jobs));
    const fits = Math.floor(Math.min(stretchMs, this.#leftMs) / this.#msPerRun);
    return Math.max(1, Math.min(fair, fits, stretchRunsMax));
  }

  /** Adds up what is complete without a gap; so what is counted is always a prefix of the runs. */
  #came(from: number, tallies: readonly Tally[]): void {
    this.#early.set(from, tallies);
    for (;;) {
      const first = this.#total.runs;
      const next = this.#early.get(first);
      if (next === undefined || this.#bailed) break;
      this.#early.delete(first);
      for (const tally of next) this.#add(tally);
    }
    const { runs, simulatedMs, findings } = this.#total;
    this.#plan.onProgress?.({ runs, simulatedMs, findings: findings.length });
  }

  #add(tally: Tally): void {
    const first = this.#total.runs;
    const { againOneIn = againOneInDefault, seed, bail } = this.#plan;
    this.#total.add(tally);
    for (let i = 0; i < tally.runs; i += 1) {
      const digest = textOf(tally.digests[2 * i] ?? 0, tally.digests[2 * i + 1] ?? 0);
      const index = first + i;
      if (isSampled({ seed, index }, againOneIn) && !died(tally, index)) {
        this.#sampled.push({ index, digest });
      }
    }
    if (bail && tally.findings.length > 0) this.#bailed = true;
  }

  /** Runs sampled runs again, on whichever thread is free, and doubts those that differ. */
  async #runAgain(): Promise<void> {
    const sampled = this.#sampled.splice(0);
    if (sampled.length === 0 || this.#plan.signal?.aborted === true) return;
    const indexes = sampled.map(({ index }) => index);
    const digests = await this.#unlessAborted(this.#pool.again({ job: this.#job, indexes }));
    if (digests === undefined) return;
    this.#again += sampled.length;
    for (const [i, { index, digest }] of sampled.entries()) {
      const other = digests[i] ?? '';
      if (other !== digest) await this.#doubt(index, { digest, other });
    }
  }

  async #doubt(
    index: number,
    { digest, other }: { readonly digest: string; readonly other: string },
  ): Promise<void> {
    const difference = await this.#unlessAborted(this.#pool.compare({ job: this.#job, index }));
    this.#doubts.push({
      kind: 'nondeterministic',
      index,
      scenario: scenarioAt(this.#job.scenarios, index).name,
      property: 'nondeterministic',
      summary: `run again it had the digest ${other} instead of ${digest}; ${whereIn(difference)}`,
      digest,
    });
    if (this.#plan.bail) this.#bailed = true;
  }

  /**
   * For the first finding of each property: the whole run, and a smaller one. All of the whole runs come first, for whoever interrupts
   * the campaign waits no longer for smaller ones, and what it found until then must not be lost.
   */
  async #failures(findings: readonly Finding[]): Promise<readonly Failure[]> {
    const firsts = new Map<string, Finding>();
    for (const finding of findings) {
      if (!firsts.has(finding.property)) firsts.set(finding.property, finding);
    }
    const failures = await this.#eachOnALane([...firsts.values()], (of) => this.#whole(of));
    return await this.#eachOnALane(failures, (of) => this.#shrunk(of));
  }

  /** As many at a time as there are threads, so that none waits for another: the time that a task may take is for its work. */
  async #eachOnALane<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
    const results: R[] = [];
    const left = items.entries();
    const lane = async (): Promise<void> => {
      for (const [place, item] of left) results[place] = await work(item);
    };
    await Promise.all(Array.from({ length: this.#plan.jobs }, lane));
    return results;
  }

  async #whole(finding: Finding): Promise<Failure> {
    // A run without a digest could not be carried out at all, and would end its thread again.
    if (finding.digest === '') return { finding, whole: undefined, shrunk: undefined };
    const whole = await this.#pool.whole({ job: this.#job, index: finding.index });
    return { finding, whole, shrunk: undefined };
  }

  async #shrunk(failure: Failure): Promise<Failure> {
    const { shrink, signal, onShrinking } = this.#plan;
    const { kind, index, property } = failure.finding;
    const wanted = shrink !== undefined && kind === 'violated' && failure.whole !== undefined;
    if (!wanted || signal?.aborted === true) return failure;
    onShrinking?.(property);
    const shrinking = this.#pool.shrunk({ job: this.#job, index, ...shrink, property });
    const shrunk = await this.#unlessAborted(shrinking);
    return typeof shrunk === 'string' ? { ...failure, unshrunk: shrunk } : { ...failure, shrunk };
  }

  async #unlessAborted<T>(asked: Promise<T>): Promise<T | undefined> {
    const { signal } = this.#plan;
    if (signal === undefined) return asked;
    if (signal.aborted) return undefined;
    const { promise: aborted, resolve } = Promise.withResolvers<undefined>();
    const abort = (): void => {
      resolve(undefined);
    };
    signal.addEventListener('abort', abort, { once: true });
    try {
      return await Promise.race([asked, aborted]);
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  get #elapsedMs(): Ms {
    return performance.now() - this.#startedAt;
  }

  get #leftMs(): Ms {
    return (this.#plan.forMs ?? Infinity) - this.#elapsedMs;
  }

  get #over(): boolean {
    return this.#bailed || this.#leftMs <= 0 || this.#plan.signal?.aborted === true;
  }

  #ended(): CampaignResult['ended'] {
    if (this.#plan.signal?.aborted === true) return 'interrupted';
    if (this.#bailed) return 'bail';
    return this.#total.runs >= this.#plan.runsMax ? 'runs' : 'time';
  }
}

const died = (tally: Tally, index: number): boolean =>
  tally.findings.some((finding) => finding.index === index && finding.digest === '');

const whereIn = (difference: Difference | undefined): string => {
  if (difference === undefined) return 'side by side in one thread its events are the same';
  const { event, one, other } = difference;
  const texts = [one, other].map((line) =>
    line === undefined ? 'its end' : `${line.text} at ${line.tick / 1_000} ms`,
  );
  return `its first differing event is number ${event}: ${texts.join(' against ')}`;
};
