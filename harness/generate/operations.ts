import type { Ms } from '../core/cluster.ts';
import type { ScheduledOperation } from '../core/schedule.ts';
import type { Scenario } from '../core/scenario.ts';
import type { Target } from '../core/target.ts';
import { scatter } from './scatter.ts';

/** What one drawn integer may be, exclusive. */
export const drawMax = 0x7fff_ffff;
/** A target's own draws are below this. */
const ownDrawMax = 1 << 20;
/** How far from its regular place an operation may be, in places: clients come in bursts. */
const spreadPlaces = 4;
const spreadSteps = 1_024;

/** Which operation an integer stands for: a table over the target's weights. */
const kindTable = ({ workload }: Target): Target['workload'] =>
  workload.flatMap((kind) => Array.from({ length: kind.weight }, () => kind));

/**
 * How the operations of a scenario are made of integers, one each: client, kind, arguments and distance to the one before all come
 * out of it. Cheap, because a campaign draws some thousands of them a second.
 */
export class OperationMaker {
  readonly #kinds: Target['workload'];
  readonly #clients: number;
  readonly #gapMs: Ms;
  /** How many operations a schedule has. */
  readonly count: number;

  constructor(target: Target, { workload, injectMs, settleMs }: Scenario) {
    this.#kinds = kindTable(target);
    this.#clients = Math.max(1, Math.floor(workload.clients));
    this.#gapMs = workload.perSecond > 0 ? 1_000 / workload.perSecond : 0;
    // Clients go on through the first half of the healed tail.
    const spanMs = injectMs + settleMs / 2;
    const asksNothing = this.#kinds.length === 0 || workload.clients <= 0 || this.#gapMs === 0;
    this.count = asksNothing ? 0 : Math.floor(spanMs / this.#gapMs);
  }

  make(drawn: number, ordinal: number): ScheduledOperation {
    const bits = scatter(drawn);
    const kind = this.#kinds[bits % this.#kinds.length];
    if (kind === undefined) throw new Error('a target without a workload has no operations');
    const spread = ((drawn % spreadSteps) / spreadSteps) * spreadPlaces;
    return {
      at: Math.floor((ordinal + spread) * this.#gapMs),
      client: scatter(bits) % this.#clients,
      operation: kind.operation,
      args: kind.args(scatter(bits ^ 0x5bd1_e995) % ownDrawMax, ordinal),
    };
  }
}
