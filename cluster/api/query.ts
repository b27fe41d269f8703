/** What stands behind the question mark: flags, versions and filters, with the engine's error texts. */
import { objectionable, refuse, unreadable } from './respond.ts';
import type { Failed } from './respond.ts';
import type { Json } from './seam.ts';

/** A value, or the response that says why there is none. */
export type Parsed<T> = { readonly ok: true; readonly value: T } | Failed;

const parsed = <T>(value: T): Parsed<T> => ({ ok: true, value });

/** As Go's `strconv.ParseBool`; `undefined` for anything else. */
const parseFlag = (text: string): boolean | undefined => {
  if (['1', 't', 'T', 'true', 'TRUE', 'True'].includes(text)) return true;
  if (['0', 'f', 'F', 'false', 'FALSE', 'False'].includes(text)) return false;
  return undefined;
};

/**
 * An absent flag is false. `why`: whether the engine passes the reason on, as it does for all but rotations.
 * @source moby, api/server/router/swarm/cluster_routes.go
 */
export const flagOf = (
  query: Readonly<Record<string, string>>,
  name: string,
  why: 'why' | 'bare' = 'why',
): Parsed<boolean> => {
  const text = query[name] ?? '';
  if (text === '') return parsed(false);
  const value = parseFlag(text);
  if (value !== undefined) return parsed(value);
  const reason = `: strconv.ParseBool: parsing ${JSON.stringify(text)}: invalid syntax`;
  return unreadable(`invalid value for ${name}: ${text}${why === 'why' ? reason : ''}`);
};

/** As the engine's `BoolValue`: everything but these words is true. */
export const looseFlagOf = (query: Readonly<Record<string, string>>, name: string): boolean => {
  const text = (query[name] ?? '').toLowerCase().trim();
  return !['', '0', 'no', 'false', 'none'].includes(text);
};

/** The `version` that an update must name. `kind`: swarm, node or service. */
export const versionOf = (
  query: Readonly<Record<string, string>>,
  kind: 'swarm' | 'node' | 'service',
): Parsed<number> => {
  const text = query.version ?? '';
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (Number.isSafeInteger(value)) return parsed(value);
  const why = /^\d+$/.test(text) ? 'value out of range' : 'invalid syntax';
  return unreadable(
    `invalid ${kind} version '${text}': strconv.ParseUint: parsing ${JSON.stringify(text)}: ${why}`,
  );
};

/** Values by key: OR within a key, AND across keys. */
export type Filters = ReadonlyMap<string, readonly string[]>;

const noFilters: Filters = new Map();

/** `{"name":["a"]}` and `{"name":{"a":true}}` alike. @source moby, api/types/filters/parse.go */
export const filtersOf = (
  query: Readonly<Record<string, string>>,
  accepted: readonly string[],
): Parsed<Filters> => {
  const text = query.filters ?? '';
  if (text === '') return parsed(noFilters);
  const given = parseJson(text);
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    return unreadable('invalid filter');
  const filters = new Map<string, readonly string[]>();
  for (const [key, value] of Object.entries(given)) {
    const values = valuesOf(value);
    if (values === undefined) return unreadable('invalid filter');
    if (!accepted.includes(key)) return objectionable(refuse(400, `invalid filter '${key}'`));
    if (values.length > 0) filters.set(key, values);
  }
  return parsed(filters);
};

const parseJson = (text: string): Json | undefined => {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
};

const valuesOf = (value: Json | undefined): readonly string[] | undefined => {
  if (Array.isArray(value)) {
    const items = value as readonly Json[];
    return items.every((item) => typeof item === 'string') ? items : undefined;
  }
  return typeof value === 'object' && value !== null ? Object.keys(value) : undefined;
};

/** Whether some value of the key is a prefix of the text; true where the key is not filtered. */
export const prefixMatches = (filters: Filters, key: string, text: string): boolean =>
  filters.get(key)?.some((prefix) => text.startsWith(prefix)) ?? true;

export const exactMatches = (filters: Filters, key: string, text: string): boolean =>
  filters.get(key)?.includes(text) ?? true;

/** `key` or `key=value`; every one of them must be there. */
export const labelsMatch = (
  filters: Filters,
  key: string,
  labels: Readonly<Record<string, string>>,
): boolean =>
  filters.get(key)?.every((wanted) => {
    const at = wanted.indexOf('=');
    const name = at < 0 ? wanted : wanted.slice(0, at);
    const value = at < 0 ? '' : wanted.slice(at + 1);
    return Object.hasOwn(labels, name) && (value === '' || labels[name] === value);
  }) ?? true;

/** The first value of the key that is not among the known ones, or `undefined`. Upper and lower case are the same. */
export const unknownValue = (
  filters: Filters,
  key: string,
  known: readonly string[],
): string | undefined =>
  filters.get(key)?.find((value) => value !== '' && !known.includes(value.toLowerCase()));
