import type { JsonObject } from '../../../harness/core/json.ts';
import type { Target } from '../../../harness/core/target.ts';
import { digits, type Digits } from './digits.ts';
import { serviceKeys } from './names.ts';

const keyOf = (next: Digits): string => serviceKeys[next(serviceKeys.length)] ?? serviceKeys[0];

const replicasMax = 3;

const create = (draw: number, ordinal: number): JsonObject => {
  const next = digits(draw);
  const key = keyOf(next);
  const value = String(ordinal);
  const kind = next(16);
  if (kind === 0) return { key, value, global: true };
  const replicas = next(replicasMax) + 1;
  return kind <= 2
    ? { key, value, replicas, constraint: 'node.role==worker' }
    : { key, value, replicas };
};

const onKey = (draw: number): JsonObject => ({ key: keyOf(digits(draw)) });

/** Mostly the service that the client saw last, whose version it knows. */
const update = (draw: number, ordinal: number): JsonObject => {
  const next = digits(draw);
  const key = keyOf(next);
  const value = String(ordinal);
  const named = next(4) === 0 ? { key } : {};
  return next(4) === 0 ? { ...named, value, environment: true } : { ...named, value };
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
