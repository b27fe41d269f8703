import { Conduct } from '../backends/live/conduct.ts';
import { createConductor } from '../conduct/conductor.ts';
import { defaultLimits, type Plan } from '../conduct/plan.ts';
import type { Happening, LiveCluster } from '../core/backend.ts';
import type { NodeName } from '../core/cluster.ts';
import type { Memory } from '../core/target.ts';
import type { Played } from './played.ts';
import type { WrittenEntry } from './check-schedule.ts';
import { liveBackendOf, playable, playedOf } from './run.ts';
import type { RunShape, System } from './system.ts';

/** A real cluster that stands until it is disposed of. */
export type Started = AsyncDisposable & {
  /**
   * Plays a schedule on it, as `run` does: injects, heals, watches. One at a time; the first one forms the cluster. Rejects, with what went
   * wrong first, once something of the world that the cluster stands in has failed, such as a proxy that ended.
   */
  play(schedule: readonly WrittenEntry[], shape?: RunShape): Promise<Played>;
  /** Where clients reach a node, `127.0.0.1:PORT`. */
  endpoint(node: NodeName): string;
};

/** What a later run has to know of the cluster: who runs, and who leads. */
const isLasting = ({ type, ...happening }: Happening): boolean =>
  type === 'lifecycle' ||
  (type === 'observed' &&
    'observation' in happening &&
    happening.observation.kind !== 'commit' &&
    happening.observation.kind !== 'state');

/** Starts a real cluster. Rejects with a `LiveFailure` that says what is missing, and leaves nothing behind then. */
export const start = async (
  system: System,
  options: { readonly backend: 'process' | 'docker' },
): Promise<Started> => {
  const { backend: world, live } = await liveBackendOf(system, options.backend);
  const lasting: Happening[] = [];
  let playing: Conduct | undefined;
  /** What went wrong first, maybe while nothing was played: no history of this cluster is to be believed any more. */
  let broken: Error | undefined;
  const cluster: LiveCluster = await world.start(live, {
    shape: system.shape,
    settings: system.settings ?? {},
    onHappening(happening, at) {
      if (isLasting(happening)) lasting.push(happening);
      playing?.tell(happening, at);
    },
    onFailure(failure) {
      broken ??= failure;
      playing?.fail(failure);
    },
  });
  let memory: Memory | undefined;
  let plays = 0;

  return {
    async play(written, shape = {}) {
      if (playing !== undefined)
        throw new Error('this cluster plays a schedule already; wait for its end');
      if (broken !== undefined) throw broken;
      const { scenario, schedule } = playable(system, written, { ...shape, seed: plays });
      plays += 1;
      const plan: Plan = {
        target: system.target,
        scenario,
        schedule,
        backend: options.backend,
        limits: defaultLimits,
        ...(memory === undefined ? {} : { standing: memory }),
      };
      const conductor = createConductor(plan);
      playing = new Conduct(conductor);
      try {
        await playing.begin(cluster, [...lasting]);
      } finally {
        playing = undefined;
      }
      if (conductor.problem !== undefined) throw new Error(conductor.problem);
      memory = conductor.memory;
      const history = conductor.history();
      return playedOf(plan, { history, digest: '', simulatedMs: history.phases.endAt, seed: 0 });
    },
    endpoint: (node) => cluster.endpoint(node),
    [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose](),
  };
};
