import type { Conductor, Command, Happening } from '../../core/backend.ts';
import type { Ms, NodeName, Shape } from '../../core/cluster.ts';
import type { JsonObject } from '../../core/json.ts';
import type { LiveBackend } from './backend.ts';
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
  /** Everything that happened, in order, with the time at which the conductor was told. */
  readonly happenings: readonly { readonly at: Ms; readonly happening: Happening }[];
  readonly logs: Readonly<Record<NodeName, readonly string[]>>;
  readonly interrupted: boolean;
};

/** A conductor that can be told to end early. */
export type Interruptible = Conductor & { interrupt?(at: Ms): readonly Command[] };

/**
 * Starts a cluster, lets the conductor conduct it to its end, and takes it away again. The history is the conductor's.
 * Rejects with a `LiveFailure` where the cluster does not start, or something breaks that no fault broke.
 */
export const runLive = async (
  backend: LiveBackend,
  target: LiveTarget,
  { conductor, ...options }: RunLiveOptions & { readonly conductor: Interruptible },
): Promise<LiveRunResult> => {
  const happenings: { at: Ms; happening: Happening }[] = [];
  const { signal } = options;
  const end = Promise.withResolvers<undefined>();
  // It may fail before anybody waits for it.
  end.promise.catch(() => undefined);
  /** What happens before the cluster stands is told once the conductor has begun. */
  const early: Happening[] = [];
  let tell = (happening: Happening, _at: Ms): void => {
    early.push(happening);
  };
  const start = backend.start(target, {
    shape: options.shape,
    ...(signal === undefined ? {} : { signal }),
    ...(options.settings === undefined ? {} : { settings: options.settings }),
    ...(options.readyMs === undefined ? {} : { readyMs: options.readyMs }),
    onHappening: (happening, at) => {
      tell(happening, at);
    },
    onFailure: end.reject,
  });
  const started = await start.catch((thrown: unknown) => {
    if (signal?.aborted === true && thrown === signal.reason) return undefined;
    throw thrown;
  });
  if (started === undefined) return { happenings, logs: {}, interrupted: true };
  const cluster = started;
  try {
    await conducted();
  } catch (thrown) {
    // As at the start: what went wrong first is the one to tell.
    await Promise.resolve(cluster[Symbol.asyncDispose]()).catch(() => undefined);
    throw thrown;
  }
  const logs = Object.fromEntries(cluster.nodes.map(({ name }) => [name, cluster.logs(name)]));
  await cluster[Symbol.asyncDispose]();
  return { happenings, logs, interrupted: signal?.aborted === true };

  async function conducted(): Promise<void> {
    const carryOut = (commands: readonly Command[]): void => {
      for (const command of commands) cluster.carryOut(command);
      if (conductor.finished) end.resolve(undefined);
    };
    const told = (happening: Happening, at: Ms): void => {
      if (conductor.finished) return;
      happenings.push({ at, happening });
      try {
        carryOut(conductor.handle(happening, at));
      } catch (thrown) {
        end.reject(thrown);
      }
    };
    const begin = cluster.now();
    tell = told;
    carryOut(conductor.start(begin));
    for (const happening of early) told(happening, begin);

    const interrupt = (): void => {
      if (conductor.interrupt === undefined) end.resolve(undefined);
      else carryOut(conductor.interrupt(cluster.now()));
    };
    if (signal?.aborted === true) interrupt();
    signal?.addEventListener('abort', interrupt, { once: true });
    try {
      await end.promise;
    } finally {
      signal?.removeEventListener('abort', interrupt);
    }
  }
};
