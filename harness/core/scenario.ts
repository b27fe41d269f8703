/** A target's shape, a workload, a schedule or a way to draw one, and the properties to judge. */
import type { JsonObject } from './json.ts';
import type { Ms, Shape } from './cluster.ts';
import type { ScheduledFault } from './schedule.ts';

export type Workload = {
  readonly clients: number;
  /** Operations a second, of all clients together. */
  readonly perSecond: number;
};

export type Scenario = {
  readonly name: string;
  readonly title: string;
  readonly target: string;
  readonly shape: Shape;
  readonly workload: Workload;
  /** `drawn`: faults are drawn at each run's seed. */
  readonly faults: readonly ScheduledFault[] | 'drawn';
  /** How long faults and workload go on. */
  readonly injectMs: Ms;
  /** How long the healed cluster is watched. */
  readonly settleMs: Ms;
  readonly settings: JsonObject;
  /** Names of properties. */
  readonly properties: readonly string[];
};
