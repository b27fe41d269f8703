/** Fields of a Go struct read from JSON, with the words of Go's decoder where a type does not fit. */
import { badRequestBody } from './api-error.ts';
import type { GoValue } from './go-json.ts';

export type GoType = 'string' | 'bool' | 'int' | 'int64' | 'float32';
/** What a field holds, or the struct that it holds, as Go names it: `toxics.NoopToxic`. */
export type GoField = GoType | { readonly struct: string };
export type GoShape = Readonly<Record<string, GoField>>;

type Read<F extends GoField> = F extends 'string'
  ? string
  : F extends 'bool'
    ? boolean
    : F extends GoType
      ? number
      : GoValue;
export type ReadFields<S extends GoShape> = { readonly [K in keyof S]?: Read<S[K]> };

export type GoPlace = {
  /** The struct's own type, as `toxiproxy.Proxy`. */
  readonly type: string;
  /** How a field is named in an error, as `Proxy.name`. */
  path(field: string): string;
};

/** The fields that are given and not null. Names match in any case, unknown ones are ignored, the last of equal ones counts. */
export const readFields = <const S extends GoShape>(
  value: GoValue,
  shape: S,
  { type, path }: GoPlace,
): ReadFields<S> => {
  if (value.kind === 'null') return {};
  if (value.kind !== 'object')
    throw badRequestBody(`json: cannot unmarshal ${value.kind} into Go value of type ${type}`);
  const read: Record<string, unknown> = {};
  for (const [key, given] of value.fields) {
    const name = Object.hasOwn(shape, key)
      ? key
      : Object.keys(shape).find((known) => sameName(known, key));
    const field = name === undefined ? undefined : shape[name];
    if (name === undefined || field === undefined || given.kind === 'null') continue;
    read[name] = readField(given, field, path(name));
  }
  return read as ReadFields<S>;
};

const sameName = (known: string, key: string): boolean => known.toLowerCase() === key.toLowerCase();

const readField = (value: GoValue, field: GoField, path: string): unknown => {
  const unfit = (what: string, type: string): Error =>
    badRequestBody(`json: cannot unmarshal ${what} into Go struct field ${path} of type ${type}`);
  if (typeof field === 'object') {
    if (value.kind !== 'object') throw unfit(value.kind, field.struct);
    return value;
  }
  if (value.kind === field) return value.value;
  if (value.kind !== 'number' || field === 'string' || field === 'bool')
    throw unfit(value.kind, field);
  const number = field === 'float32' ? float32(value.literal) : integer(value.literal);
  if (number === undefined) throw unfit(`number ${value.literal}`, field);
  return number;
};

const float32 = (literal: string): number | undefined => {
  const rounded = Math.fround(Number(literal));
  return Number.isFinite(rounded) ? rounded : undefined;
};

const integer = (literal: string): number | undefined => {
  if (!/^-?\d+$/.test(literal)) return undefined;
  const exact = BigInt(literal);
  return exact === BigInt.asIntN(64, exact) ? Number(exact) : undefined;
};

/** A 32-bit float as Go writes it: the shortest digits that read back as the same one. */
export const shortestFloat32 = (value: number): number => {
  for (let digits = 1; digits < 9; digits++) {
    const candidate = Number(value.toPrecision(digits));
    if (Math.fround(candidate) === value) return candidate;
  }
  return value;
};
