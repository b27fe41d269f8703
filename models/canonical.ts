import type { Key } from './model.ts';

/**
 * A key that is equal for values that are equal by content, and only for those: the number 1 and
 * the text `1` differ, the order of a map's entries does not. Numbers stay numbers: they are cheap.
 */
export function canonical(value: unknown): Key {
  if (typeof value === 'number') return value;
  if (typeof value === 'string') return `'${value}`;
  return text(value);
}

/** Whether both have the same key, without making those of texts and numbers. */
export function alike(a: unknown, b: unknown): boolean {
  return typeof a === 'string' || typeof a === 'number' ? a === b : canonical(a) === canonical(b);
}

function text(value: unknown): string {
  switch (typeof value) {
    case 'number':
      return String(value);
    case 'string':
      return JSON.stringify(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'bigint':
      return `${value.toString()}n`;
    case 'undefined':
      return 'undefined';
    case 'object':
      return structure(value);
    default:
      return `<${typeof value}>`;
  }
}

function structure(value: object | null): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return `[${value.map(text).join(',')}]`;
  if (value instanceof Set) return `#{${[...value].map(text).sort(byCode).join(',')}}`;
  const entries: [unknown, unknown][] =
    value instanceof Map ? [...(value as Map<unknown, unknown>)] : Object.entries(value);
  return `{${entries
    .map(([k, v]) => `${text(k)}:${text(v)}`)
    .sort(byCode)
    .join(',')}}`;
}

/** Code units, not a locale: the same order on every machine. */
export function byCode(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A value as people read it: texts bare where that is unambiguous, nil for null. */
export function show(value: unknown): string {
  if (value === null || value === undefined) return 'nil';
  if (typeof value === 'string') return JSON.stringify(value);
  return text(value);
}
