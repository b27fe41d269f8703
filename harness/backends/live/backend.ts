/** What process and docker have in common for those who start clusters in them. */
import type { Happening, LiveCluster } from '../../core/backend.ts';
import type { Ms, Shape } from '../../core/cluster.ts';
import type { JsonObject } from '../../core/json.ts';
import type { LiveTarget } from './target.ts';

export type StartOptions = {
  readonly shape: Shape;
  readonly settings?: JsonObject;
  /** How long a node may take until it listens and is ready, at the start and after each kill. */
  readonly readyMs?: Ms;
  /** Ends a start that is under way: it rejects with the signal's reason, and nothing of it is left. A cluster that stands stays. */
  readonly signal?: AbortSignal;
  /** Everything that happens, in order, on the cluster's clock, from the first node's start on. */
  onHappening(happening: Happening, at: Ms): void;
  /** Something broke that no command asked for: a proxy gone, a parser that threw. The cluster is of no use any more. */
  onFailure?(failure: Error): void;
};

export type LiveBackend = {
  readonly name: 'process' | 'docker';
  /**
   * Resolves once every node is ready. Rejects with a `LiveFailure` that names the node or server and the next step;
   * nothing of a start that failed is left.
   */
  start(target: LiveTarget, options: StartOptions): Promise<LiveCluster>;
};

export const readyMsDefault = 10_000;
