/** How the text of one setting is read. A reader says what it expected instead of what it got. */
import { parseHostPort, isWildcard } from './address.ts';
import type { HostPort } from './address.ts';

export type Read<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly expected: string };
export type Reader<T> = (text: string) => Read<T>;

const value = <T>(read: T): Read<T> => ({ ok: true, value: read });
const expected = (what: string) => ({ ok: false, expected: what }) as const;

export const text: Reader<string> = (given) =>
  given.trim() === '' ? expected('a text') : value(given);

export const hostPort: Reader<HostPort> = (given) => {
  const parsed = parseHostPort(given);
  return parsed === undefined ? expected('HOST:PORT, such as 127.0.0.1:2375') : value(parsed);
};

/** An address that others can dial. It stays as it is written: peers know it by its text. */
export const dialable: Reader<string> = (given) => {
  const parsed = parseHostPort(given);
  return parsed === undefined || isWildcard(parsed.host) || parsed.port === 0
    ? expected('an address that others can dial, such as m1:2377')
    : value(given);
};

/** Pairs, separated by commas or spaces. */
export const resolutions: Reader<ReadonlyMap<string, HostPort>> = (given) => {
  const pairs = given.split(/[\s,]+/).filter((pair) => pair !== '');
  const read = new Map<string, HostPort>();
  for (const pair of pairs) {
    const [from = '', to = '', ...more] = pair.split('=');
    const target = parseHostPort(to);
    if (parseHostPort(from) === undefined || target === undefined || more.length > 0) {
      return expected('HOST:PORT=HOST:PORT, such as m2:2377=127.0.0.1:41001');
    }
    read.set(from, target);
  }
  return value(read);
};

export const descriptor: Reader<number> = (given) =>
  /^\d{1,4}$/.test(given) ? value(Number(given)) : expected('a descriptor, such as 3');

export const oneOf =
  <const T extends string>(...words: readonly T[]): Reader<T> =>
  (given) => {
    const word = words.find((known) => known === given);
    return word === undefined ? expected(`one of ${words.join(', ')}`) : value(word);
  };

export const jsonObject: Reader<object> = (given) => {
  const parsed = parseJson(given);
  return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
    ? value(parsed)
    : expected('a JSON object');
};

/** A JSON object that replaces some of these numbers, each with a number of at least 0. */
export const numbersOver =
  <T extends Readonly<Record<string, number>>>(defaults: T): Reader<T> =>
  (given) => {
    const parsed = jsonObject(given);
    if (!parsed.ok) return parsed;
    for (const [key, number] of Object.entries<unknown>({ ...parsed.value })) {
      if (!Object.hasOwn(defaults, key)) {
        return expected(`no other keys than ${Object.keys(defaults).join(', ')}`);
      }
      if (typeof number !== 'number' || number < 0) {
        return expected(`a number of at least 0 as ${key}`);
      }
    }
    return value({ ...defaults, ...parsed.value });
  };

const parseJson = (given: string): unknown => {
  try {
    return JSON.parse(given);
  } catch {
    return undefined;
  }
};
