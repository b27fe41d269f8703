import type { Limits } from '../conduct/plan.ts';
import type { Ms } from '../core/cluster.ts';
import type { Counts } from '../core/counts.ts';
import type { Property } from '../core/property.ts';
import type { Run } from '../core/run.ts';
import type { Scenario } from '../core/scenario.ts';
import type { Schedule } from '../core/schedule.ts';
import type { Target } from '../core/target.ts';
import type { ModuleExport } from './module-export.ts';
import type { Origin } from '../shrink/shrink.ts';

/** The place of a run in its campaign: all that its schedule and its choices depend on. */
export type Place = { readonly seed: number; readonly index: number };

export type Drawn = {
  readonly schedule: Schedule;
  /** Where fast-check drew it; needed to shrink it as fast-check does. */
  readonly origin: Origin | undefined;
};

/** A schedule that needs no drawing, with fast-check's path where it has one, and its chances where they are not the place's. */
export type KnownSchedule = Pick<Run, 'schedule' | 'path' | 'chanceSeed'>;

/** Draws the schedule of one run, whatever ran before it. */
export type DrawSchedule = (target: Target, scenario: Scenario, place: Place) => Drawn;

/** What every task of a campaign needs to know. Plain data. */
export type Job = {
  /** A `SimTarget`. */
  readonly target: ModuleExport;
  /** A `readonly Property[]`. */
  readonly properties: ModuleExport;
  /** A `DrawSchedule`; left out, schedules are drawn as `harness/generate` draws them. */
  readonly draw?: ModuleExport;
  /** One schedule for every run, instead of drawn ones: runs differ by the world's chances alone. */
  readonly schedule?: Schedule;
  /** Run i plays scenario i modulo their number. */
  readonly scenarios: readonly [Scenario, ...Scenario[]];
  readonly seed: number;
  readonly limits: Limits;
};

/** Runs `from` up to, and without, `to`. With `bail` it stops behind the first one with a finding. */
export type RunsTask = {
  readonly job: Job;
  readonly from: number;
  readonly to: number;
  readonly bail: boolean;
};
export type AgainTask = { readonly job: Job; readonly indexes: readonly number[] };
export type OneTask = { readonly job: Job; readonly index: number };
export type ShrinkTask = OneTask & {
  readonly property: string;
  readonly attemptsMax: number;
  readonly forMs: Ms;
};

export type WholeTask = OneTask & {
  /** Instead of the one that is drawn: a saved or shrunk one. */
  readonly schedule?: KnownSchedule;
};

/** Something that a campaign has found. `index` is where it happened first. */
export type Finding = {
  readonly kind:
    /** A property does not hold. */
    | 'violated'
    /** The run could not be judged: a program threw, the cluster never formed. */
    | 'problem'
    /** The same run was not the same again. */
    | 'nondeterministic'
    /** The thread that ran it ended or never came back. */
    | 'worker-died';
  readonly index: number;
  readonly scenario: string;
  /** The property's name; of the other kinds, the kind. */
  readonly property: string;
  readonly summary: string;
  /** Empty where there is none. */
  readonly digest: string;
};

/** What comes back of some runs: no histories. */
export type Tally = {
  /** How many runs it is about. */
  readonly runs: number;
  /** Two words a run, in order. */
  readonly digests: Uint32Array;
  readonly simulatedMs: Ms;
  readonly events: number;
  readonly faults: number;
  readonly faultsBit: number;
  /** Why the first fault that did nothing did so. */
  readonly noEffect: string | undefined;
  readonly properties: ReadonlyMap<string, Counts>;
  readonly findings: readonly Finding[];
};

/** A property as main threads show it, which do not load them. */
export type PropertyTitle = Pick<Property, 'name' | 'kind' | 'guarantee' | 'source'>;

/** A whole run, for a run file. */
export type WholeRun = { readonly run: Run; readonly problem: string | undefined };

export type Shrunk = WholeRun & {
  readonly entriesBefore: number;
  readonly injectMsBefore: Ms;
  readonly digestBefore: string;
  readonly attempts: number;
  /** Nothing smaller was left to try, rather than a limit reached. */
  readonly complete: boolean;
};
