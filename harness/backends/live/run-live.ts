import type { Ms, NodeName, Shape } from '../../core/cluster.ts';
import type { JsonObject } from '../../core/json.ts';
import type { LiveBackend } from './backend.ts';
import { Conduct, type Interruptible, type Told } from './conduct.ts';
import type { LiveTarget } from './target.ts';

export type RunLiveOptions = {
  readonly shape: Shape;
  readonly settings?: JsonObject;
  readonly readyMs?: Ms;
  /**
   * Ctrl-C: a cluster that is starting is given up at once; later the conductor heals and ends early, where it can. Then everything
   * is removed as always.
   */
  readonly signal?: AbortSignal;
};

export type LiveRunResult = {
  /** Everything that happened, in order. */
  readonly happenings: readonly Told[];
  readonly logs: Readonly<Record<NodeName, readonly string[]>>;
  readonly interrupted: boolean;
};

/**
 * Starts a cluster, lets the conductor conduct it to its end, and takes it away again. The history is the conductor's.
 * Rejects with a `LiveFailure` where the cluster does not start, or something breaks that no fault broke.
 */
export const runLive = async (
  backend: LiveBackend,
  target: LiveTarget,
  { conductor, ...options }: RunLiveOptions & { readonly conductor: Interruptible },
): Promise<LiveRunResult> => {
  const { signal } = options;
  const conduct = new Conduct(conductor);
  const start = backend.start(target, {
    shape: options.shape,
    ...(signal === undefined ? {} : { signal }),
    ...(options.settings === undefined ? {} : { settings: options.settings }),
    ...(options.readyMs === undefined ? {} : { readyMs: options.readyMs }),
    onHappening: conduct.tell,
    onFailure: conduct.fail,
  });
  const cluster = await start.catch((thrown: unknown) => {
    if (signal?.aborted === true && thrown === signal.reason) return undefined;
    throw thrown;
  });
  if (cluster === undefined) return { happenings: [], logs: {}, interrupted: true };
  const interrupt = (): void => {
    conduct.interrupt();
  };
  try {
    const over = conduct.begin(cluster);
    if (signal?.aborted === true) interrupt();
    signal?.addEventListener('abort', interrupt, { once: true });
    await over;
  } catch (thrown) {
    // As at the start: what went wrong first is the one to tell.
    await Promise.resolve(cluster[Symbol.asyncDispose]()).catch(() => undefined);
    throw thrown;
  } finally {
    signal?.removeEventListener('abort', interrupt);
  }
  const logs = Object.fromEntries(cluster.nodes.map(({ name }) => [name, cluster.logs(name)]));
  await cluster[Symbol.asyncDispose]();
  return { happenings: conduct.told, logs, interrupted: signal?.aborted === true };
};
