/** What is wrong with a value that somebody handed over: words for what a schema finds, for whoever wrote it in a program or a JSON file. */
import type { z } from 'zod';

/** `faults[2].forMs` */
export const placeOf = (path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (place, key) =>
      typeof key === 'number'
        ? `${place}[${key}]`
        : `${place}${place === '' ? '' : '.'}${String(key)}`,
    '',
  );

const expected: Readonly<Record<string, string>> = { array: 'list', object: 'record' };

const typeOf = (value: unknown): string => {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  return `a ${Array.isArray(value) ? 'list' : typeof value}`;
};

/** What is wrong, as it stands behind its place: `is missing, expected a string`. */
export const inWords = {
  error: (issue: z.core.$ZodRawIssue): string => {
    const shown = issue.input === undefined ? 'missing' : JSON.stringify(issue.input).slice(0, 40);
    switch (issue.code) {
      case 'invalid_type':
        return `is ${typeOf(issue.input)}, expected a ${expected[issue.expected] ?? issue.expected}`;
      case 'invalid_value':
        return `is ${shown}, expected one of ${issue.values.join(', ')}`;
      case 'unrecognized_keys':
        return `has ${issue.keys.join(', ')}, which is not known there`;
      case 'too_small':
        return `is ${shown}, expected at least ${issue.minimum}`;
      case 'too_big':
        return `is ${shown}, expected at most ${issue.maximum}`;
      default:
        return `is ${shown}, which is nothing that is known there`;
    }
  },
};
