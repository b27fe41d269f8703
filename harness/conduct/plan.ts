import type { Ms } from '../core/cluster.ts';
import type { BackendName } from '../core/run.ts';
import type { Scenario } from '../core/scenario.ts';
import type { Schedule } from '../core/schedule.ts';
import type { Memory, Target } from '../core/target.ts';

/** All that a run is made of, but the world. */
export type Plan = {
  readonly target: Target;
  readonly scenario: Scenario;
  readonly schedule: Schedule;
  readonly backend: BackendName;
  readonly limits: Limits;
  /** The cluster stands already: it is not formed again, and this is what its procedures remember (tokens, unlock keys). */
  readonly standing?: Memory;
};

/** What ends a wait that would otherwise not end. */
export type Limits = {
  readonly callTimeoutMs: Ms;
  readonly formationMs: Ms;
  /** From the heal to the last confirmation of it, unlocks included. */
  readonly healMs: Ms;
  readonly finishMs: Ms;
};

export const defaultLimits: Limits = {
  callTimeoutMs: 3_000,
  formationMs: 60_000,
  healMs: 20_000,
  finishMs: 30_000,
};
