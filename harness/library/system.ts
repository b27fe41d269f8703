import type { LiveTarget } from '../backends/live/target.ts';
import type { SimTarget } from '../backends/sim/program.ts';
import type { Shape } from '../core/cluster.ts';
import type { JsonObject } from '../core/json.ts';
import type { Scenario } from '../core/scenario.ts';
import type { Target } from '../core/target.ts';

/** A system of a certain shape, and the places where it can run. */
export type System = {
  readonly target: Target;
  readonly shape: Shape;
  /** Settings that its nodes and procedures know, such as `autolock`. */
  readonly settings?: JsonObject;
  /** In the simulator, where it has a program that runs there. */
  readonly sim?: SimTarget;
  /** As processes. */
  process?(): LiveTarget | Promise<LiveTarget>;
  /** In containers; makes what they need first. */
  docker?(): Promise<LiveTarget>;
};

/**
 * How long a run takes, and how much its clients ask, in milliseconds: `schedules` draws so many operations, and `run` and `play` ask
 * so many where the schedule that they are given names none. Operations of a schedule are asked as they stand there.
 */
export type RunShape = {
  /** Faults and clients go on for this long; default 6 s. */
  readonly injectMs?: number;
  /** The healed cluster is watched for this long; default 4 s. */
  readonly settleMs?: number;
  /** Concurrent clients; default 4. With 0 nobody asks anything. */
  readonly clients?: number;
  /** Operations a second, of all clients together; default 20. */
  readonly perSecond?: number;
};

/** The scenario that a run of a system plays: faults as drawn, or those of the given schedule. */
export const scenarioOf = (system: System, shape: RunShape = {}): Scenario => ({
  name: `test of ${system.target.name}`,
  title: '',
  target: system.target.name,
  shape: system.shape,
  workload: { clients: shape.clients ?? 4, perSecond: shape.perSecond ?? 20 },
  faults: 'drawn',
  injectMs: shape.injectMs ?? 6_000,
  settleMs: shape.settleMs ?? 4_000,
  settings: system.settings ?? {},
  properties: [],
});
