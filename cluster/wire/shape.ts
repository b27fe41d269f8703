/** Says of a decoded value whether it has the shape of a type: small checks, put together field by field. */
import type { Json } from '../api/seam.ts';

export type Check<T> = (value: unknown) => value is T;

/** One check for every field of T, so that a new field stops the build until somebody says what may stand in it. */
export type Shape<T> = { readonly [K in keyof T]-?: Check<T[K]> };

/** How deep a JSON body may be nested; cyclic values, which CBOR can express, end here too. */
const jsonDepthMax = 64;

export const text: Check<string> = (value) => typeof value === 'string';
export const flag: Check<boolean> = (value) => typeof value === 'boolean';
export const bytes: Check<Uint8Array> = (value) => value instanceof Uint8Array;
/** A count, an index, a term: a safe integer of at least 0. */
export const whole: Check<number> = (value): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
/** A time or an exit code: any number but NaN and the infinities. */
export const finite: Check<number> = (value): value is number => Number.isFinite(value);

/** The field is there, or it is `undefined`. */
export const optional =
  <T>(check: Check<T>): Check<T | undefined> =>
  (value): value is T | undefined =>
    value === undefined || check(value);

export const listOf =
  <T>(check: Check<T>): Check<readonly T[]> =>
  (value): value is readonly T[] =>
    Array.isArray(value) && value.every(check);

/** One of these very values. */
export const oneOf = <const T extends string | boolean>(...values: readonly T[]): Check<T> => {
  const known: ReadonlySet<unknown> = new Set(values);
  return (value): value is T => known.has(value);
};

/** A record with these fields. Fields that nobody knows are let through: a newer node may send them. */
export const record = <T>(shape: Shape<T>): Check<T> => {
  const checks = Object.entries<Check<unknown>>(shape);
  return (value): value is T =>
    isObject(value) && checks.every(([field, check]) => check(value[field]));
};

/** A union told apart by the string in `tag`; a member that is not listed here is refused. */
export const variantsOf = <Tag extends string, T extends Readonly<Record<Tag, string>>>(
  tag: Tag,
  shapes: { readonly [K in T[Tag]]: Check<Extract<T, Readonly<Record<Tag, K>>>> },
): Check<T> => {
  const byTag = new Map<unknown, Check<unknown>>(Object.entries<Check<unknown>>(shapes));
  return (value): value is T => isObject(value) && (byTag.get(value[tag])?.(value) ?? false);
};

/** A table from any key to values of one type. */
export const tableOf =
  <T>(check: Check<T>): Check<Readonly<Record<string, T>>> =>
  (value): value is Readonly<Record<string, T>> =>
    isObject(value) && Object.values(value).every(check);

export const json: Check<Json> = (value) => isJson(value, jsonDepthMax);

/** An object made of fields: neither a list, nor bytes, nor anything that has a class of its own. */
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;

const isJson = (value: unknown, depth: number): value is Json => {
  if (value === null || text(value) || flag(value) || finite(value)) return true;
  if (depth === 0) return false;
  const fits = (part: unknown) => part === undefined || isJson(part, depth - 1);
  if (Array.isArray(value)) return value.every((part) => isJson(part, depth - 1));
  return isObject(value) && Object.values(value).every(fits);
};
