import type { JsonObject } from '../../../harness/core/json.ts';
import type { Target } from '../../../harness/core/target.ts';
import { digits, type Digits } from './digits.ts';
import { serviceKeys } from './names.ts';

const keyOf = (next: Digits): string => serviceKeys[next(serviceKeys.length)] ?? serviceKeys[0];

const replicasMax = 3;

/** Between the places of an update, ms: short enough for all of them before a run ends. */
const updateDelays = [0, 150, 300] as const;

/** How long an update looks at its last tasks before it is called completed, ms: so short that runs see it. */
const monitorMs = 500;

/** Half of the services say how they are to be updated. */
const updateConfig = (next: Digits): JsonObject => {
  if (next(2) === 0) return {};
  const parallelism = next(3);
  const updateDelayMs = updateDelays[next(updateDelays.length)] ?? 0;
  const startFirst = next(2) === 0;
  return { parallelism, updateDelayMs, startFirst, monitorMs, continues: next(3) === 0 };
};

const create = (draw: number, ordinal: number): JsonObject => {
  const next = digits(draw);
  const key = keyOf(next);
  const value = String(ordinal);
  const kind = next(16);
  if (kind === 0) return { key, value, global: true, ...updateConfig(next) };
  const replicas = next(replicasMax) + 1;
  const updated = updateConfig(next);
  return kind <= 2
    ? { key, value, replicas, constraint: 'node.role==worker', ...updated }
    : { key, value, replicas, ...updated };
};

const onKey = (draw: number): JsonObject => ({ key: keyOf(digits(draw)) });

/** How long tasks run whose update fails, ms. */
const failsAfterMs = 200;

/**
 * Mostly the service that the client saw last, whose version it knows. Of the updates that replace tasks some give them an image that
 * fails, and the next one gives them one that does not.
 */
const update = (draw: number, ordinal: number): JsonObject => {
  const next = digits(draw);
  const key = keyOf(next);
  const value = String(ordinal);
  const named = next(4) === 0 ? { key } : {};
  if (next(4) !== 0) return { ...named, value };
  const fails = next(8) === 0 ? { fails: true, endsAfterMs: failsAfterMs } : { fails: false };
  return { ...named, value, environment: true, ...fails };
};

const scale = (draw: number, ordinal: number): JsonObject => {
  const next = digits(draw);
  return { value: String(ordinal), replicas: next(replicasMax + 2) };
};

const nothing = (): JsonObject => ({});

/** What clients do when nothing else is said: reads and writes of services, reads of nodes and tasks; two in five write. */
export const workload: Target['workload'] = [
  { operation: 'service.create', weight: 16, args: create },
  { operation: 'service.inspect', weight: 28, args: onKey },
  { operation: 'service.update', weight: 22, args: update },
  { operation: 'service.scale', weight: 8, args: scale },
  { operation: 'service.remove', weight: 5, args: onKey },
  { operation: 'service.list', weight: 10, args: nothing },
  { operation: 'node.list', weight: 6, args: nothing },
  { operation: 'task.list', weight: 5, args: nothing },
];
