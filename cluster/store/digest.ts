/**
 * A digest of all replicated objects: the same for the same objects, whatever the order in which they and their fields were written. It
 * reads the objects and not their snapshot, whose encoder could leave the same out on both sides.
 */
import { mix, scatter } from '../mix.ts';
import type { Kind } from './objects.ts';
import type { Store } from './types.ts';

/** Objects are frozen and shared, so each is walked once; of a large store little more than what changed. */
const known = new WeakMap<object, number>();

/** Each 8 hexadecimal digits. */
export type StateDigest = {
  /** Of all objects. */
  readonly digest: string;
  /** Of those of each kind, so that it can be said in which of them two states differ. */
  readonly parts: Readonly<Record<Kind, string>>;
};

export const digestOf = (store: Pick<Store, 'forEach'>): StateDigest => {
  const sums = { cluster: 0, node: 0, service: 0, task: 0 };
  // A sum depends on no order, and unlike with XOR two equal terms do not cancel each other out.
  store.forEach((object, kind) => {
    sums[kind] = (sums[kind] + hashObject(object)) | 0;
  });
  const { cluster, node, service, task } = sums;
  return {
    digest: digits(cluster + node + service + task),
    parts: {
      cluster: digits(cluster),
      node: digits(node),
      service: digits(service),
      task: digits(task),
    },
  };
};

const digits = (sum: number): string => (sum >>> 0).toString(16).padStart(8, '0');

const hashObject = (object: object): number => {
  const already = known.get(object);
  if (already !== undefined) return already;
  const hash = hashValue(0x811c9dc5, object);
  known.set(object, hash);
  return hash;
};

const kinds = { list: 1, record: 2 } as const;

/** Of two values that say the same, the same: a field that is `undefined` counts as absent. */
const hashValue = (seed: number, value: unknown): number => {
  if (typeof value !== 'object' || value === null)
    return hashText(hashText(seed, typeof value), String(value));
  if (Array.isArray(value)) {
    let hash = seed ^ kinds.list;
    for (const item of value) hash = scatter(hash + hashValue(seed, item));
    return scatter(hash ^ value.length);
  }
  let sum = seed ^ kinds.record;
  const fields = value as Readonly<Record<string, unknown>>;
  for (const key in fields) {
    const field = fields[key];
    if (field !== undefined) sum = (sum + hashValue(hashText(seed, key), field)) | 0;
  }
  return scatter(sum);
};

const hashText = (seed: number, text: string): number => {
  let hash = seed;
  for (let at = 0; at < text.length; at += 1) hash = mix(hash, text.charCodeAt(at));
  return scatter(hash ^ text.length);
};
