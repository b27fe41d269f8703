/** Live worlds: how long a cluster takes to stand, to lose its leader, and to be taken away. */
import type { LiveBackend } from '../harness/backends/live/backend.ts';
import type { LiveTarget } from '../harness/backends/live/target.ts';
import { start } from '../harness/library/start.ts';
import type { Shape } from '../harness/core/cluster.ts';
import type { Operation } from '../harness/core/history.ts';
import type { ScheduleEntry } from '../harness/core/schedule.ts';
import type { Target } from '../harness/core/target.ts';
import { medianOf } from './median.ts';

export type LiveFigures = {
  readonly readyMs: number;
  readonly partitionMs: number;
  readonly teardownMs: number;
  /** From the kill to the first write accepted by another leader. */
  readonly failoverMs: readonly number[];
};

const kills = 30;
const killEveryMs = 3_000;
const downMs = 1_200;

/** A write every few milliseconds at every manager, so that the first accepted one is soon seen. */
const writes = (shape: Shape, untilMs: number): readonly ScheduleEntry[] =>
  Array.from({ length: Math.floor(untilMs / 25) }, (_, place) => ({
    at: place * 25,
    client: place % 24,
    node: `m${(place % shape.managers) + 1}`,
    operation: 'service.create',
    args: { key: `bench${place}`, replicas: 0, value: `v${place}` },
  }));

const failovers = (
  operations: readonly Operation[],
  killedAt: readonly number[],
): readonly number[] =>
  killedAt.flatMap((at) => {
    const first = operations.find(
      ({ effect, outcome, invokedAt, endedAt }) =>
        effect === 'write' && outcome === 'ok' && invokedAt > at && endedAt !== undefined,
    );
    return first?.endedAt === undefined ? [] : [first.endedAt - at];
  });

/** Measures one world with 3 managers and 2 workers. */
export const measureLive = async (
  target: Target,
  given: { readonly backend: LiveBackend['name']; readonly live: LiveTarget },
): Promise<LiveFigures> => {
  const shape = { managers: 3, workers: 2 };
  const system = {
    target,
    shape,
    process: () => given.live,
    docker: () => Promise.resolve(given.live),
  };
  const begin = performance.now();
  const cluster = await start(system, { backend: given.backend });
  const readyMs = performance.now() - begin;
  try {
    const before = performance.now();
    await cluster.play(
      [
        {
          at: 500,
          fault: { kind: 'cut', from: 'leader', to: 'rest', direction: 'both', mode: 'drop' },
          forMs: 2_000,
        },
      ],
      { injectMs: 3_000, settleMs: 2_000 },
    );
    const partitionMs = readyMs + performance.now() - before;
    const schedule: ScheduleEntry[] = Array.from({ length: kills }, (_, place) => ({
      at: 1_000 + place * killEveryMs,
      fault: { kind: 'kill', nodes: 'leader' },
      forMs: downMs,
    }));
    const untilMs = 1_000 + kills * killEveryMs;
    const { history } = await cluster.play([...schedule, ...writes(shape, untilMs)], {
      injectMs: untilMs,
      settleMs: 2_000,
    });
    // From the first call that kills: what a world reports of a death comes later than the death.
    const killedAt = history.faults.flatMap(({ beginAt, evidence }) =>
      beginAt !== undefined && evidence.bit ? [beginAt] : [],
    );
    const sorted = [...history.operations].sort(
      (a, b) => (a.endedAt ?? Infinity) - (b.endedAt ?? Infinity),
    );
    const failoverMs = failovers(sorted, killedAt);
    const last = performance.now();
    await cluster[Symbol.asyncDispose]();
    return { readyMs, partitionMs, teardownMs: performance.now() - last, failoverMs };
  } finally {
    await cluster[Symbol.asyncDispose]();
  }
};

/** `median 193 ms, 90 % within 298 ms, at most 402 ms, 30 kills`. */
export const failoverText = (values: readonly number[]): string => {
  const sorted = [...values].sort((a, b) => a - b);
  const ninety = sorted[Math.ceil(sorted.length * 0.9) - 1] ?? Number.NaN;
  return `median ${medianOf(values).toFixed(0)} ms, 90 % within ${ninety.toFixed(0)} ms, at most ${(sorted.at(-1) ?? Number.NaN).toFixed(0)} ms, ${values.length} kills`;
};
