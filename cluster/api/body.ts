/** Reads a request's body field by field, and keeps the first thing that is wrong with it in the words of Go's decoder. */
import { placeOf, typeOf } from './go-types.ts';
import type { GoType } from './go-types.ts';
import type { Json } from './seam.ts';

export type Fields = { readonly [key: string]: Json | undefined };

/** Go names the number itself where it is one that the type cannot hold. */
const kindOf = (value: Json, type = ''): string => {
  if (typeof value === 'number' && /^(?:u?int|float|time\.)/.test(type)) return `number ${value}`;
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  return typeof value;
};

const noFields: Fields = Object.freeze({});

export class BodyReader {
  /** Why the body does not fit, or `undefined`. */
  #problem: string | undefined;
  readonly #type: GoType;
  /** The body itself; empty where there was none. @source moby, api/server/httputils/httputils.go (ReadJSON) */
  readonly fields: Fields;

  /** `type`: what the engine would decode into, for the message. */
  constructor(body: Json | undefined, type: GoType) {
    this.#type = type;
    this.fields = noFields;
    if (body === undefined || body === null) return;
    if (isFields(body)) this.fields = body;
    else
      this.#problem = `invalid JSON: json: cannot unmarshal ${kindOf(body)} into Go value of type ${type.name}`;
  }

  get problem(): string | undefined {
    return this.#problem;
  }

  text(path: string, value: Json | undefined): string | undefined {
    return this.#only(path, value, { type: 'string', fits: isText });
  }

  flag(path: string, value: Json | undefined): boolean | undefined {
    return this.#only(path, value, { type: 'bool', fits: isFlag });
  }

  /** An integer, as every number of this API is but a ratio. */
  whole(
    path: string,
    value: Json | undefined,
    type: 'int' | 'int64' = 'int64',
  ): number | undefined {
    return this.#only(path, value, { type, fits: isWhole });
  }

  /** An integer that is not negative. */
  count(path: string, value: Json | undefined, type: 'uint32' | 'uint64'): number | undefined {
    const fits = type === 'uint32' ? isUint32 : isCount;
    return this.#only(path, value, { type, fits });
  }

  number(path: string, value: Json | undefined): number | undefined {
    return this.#only(path, value, { type: 'float32', fits: isNumber });
  }

  /** A part with fields of its own; `undefined` where it is not there. */
  part(path: string, value: Json | undefined): Fields | undefined {
    return this.#only(path, value, { type: 'struct', fits: isFields });
  }

  list(path: string, value: Json | undefined): readonly Json[] | undefined {
    return this.#only(path, value, { type: '[]', fits: isList });
  }

  texts(path: string, value: Json | undefined): readonly string[] | undefined {
    const type = '[]string';
    for (const item of this.#only(path, value, { type, fits: isList }) ?? []) this.text(path, item);
    return this.#only(path, value, { type, fits: isTexts });
  }

  /** A table of texts, as labels are. */
  table(path: string, value: Json | undefined): Readonly<Record<string, string>> | undefined {
    const type = 'map[string]string';
    const items = this.#only(path, value, { type, fits: isFields }) ?? noFields;
    for (const item of Object.values(items)) this.text(path, item);
    return this.#only(path, value, { type, fits: isTable });
  }

  #only<T extends Json>(
    path: string,
    value: Json | undefined,
    { type, fits }: { readonly type: string; readonly fits: (value: Json) => value is T },
  ): T | undefined {
    if (value === undefined || value === null) return undefined;
    if (fits(value)) return value;
    const kind = kindOf(value, typeOf(this.#type, path, type));
    this.#problem ??= `invalid JSON: json: cannot unmarshal ${kind} into ${placeOf(this.#type, path, type)}`;
    return undefined;
  }
}

type Table = Readonly<Record<string, string>>;

const isText = (value: Json): value is string => typeof value === 'string';
const isFlag = (value: Json): value is boolean => typeof value === 'boolean';
const isNumber = (value: Json): value is number => typeof value === 'number';
const isWhole = (value: Json): value is number => Number.isSafeInteger(value);
const isCount = (value: Json): value is number => isWhole(value) && value >= 0;
const isUint32 = (value: Json): value is number => isCount(value) && value < 2 ** 32;
const isTexts = (value: Json): value is readonly string[] => isList(value) && value.every(isText);
const isTable = (value: Json): value is Table =>
  isFields(value) && Object.values(value).every((item) => typeof item === 'string');

/** `Array.isArray` does not see through `readonly`. */
export const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);

export const isFields = (value: Json | undefined): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The same value without `null` fields, which Go reads as absent; the very same one where there are none. */
export const withoutNulls = (value: Json): Json => {
  if (typeof value !== 'object' || value === null) return value;
  if (isList(value)) {
    const items = value.map(withoutNulls);
    return items.every((item, at) => item === value[at]) ? value : items;
  }
  const fields = value;
  let changed = false;
  const kept: Record<string, Json> = {};
  for (const key in fields) {
    const item = fields[key];
    if (item === null || item === undefined) {
      changed = true;
      continue;
    }
    const clean = withoutNulls(item);
    changed ||= clean !== item;
    kept[key] = clean;
  }
  return changed ? kept : value;
};
