import type { z } from 'zod';

const kinds: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'keys with values',
  record: 'keys with values',
};

const entries = (count: number | bigint): string =>
  `${String(count)} ${Number(count) === 1 ? 'entry' : 'entries'}`;

const bound = (
  word: 'at least' | 'at most',
  { origin }: { readonly origin: string },
  limit: number | bigint,
): string => {
  if (origin === 'array') return `a list of ${word} ${entries(limit)}`;
  if (origin === 'string') return word === 'at least' ? 'a text that is not empty' : 'less text';
  return `${word} ${String(limit)}`;
};

/** What is wrong in the words of those who write a file, where a schema says nothing better itself. */
export const issueWords = {
  error: (issue: z.core.$ZodRawIssue): string | undefined => {
    switch (issue.code) {
      case 'invalid_type': {
        const kind = kinds[issue.expected] ?? issue.expected;
        return issue.input === undefined ? `it is missing: ${kind}` : `expected ${kind}`;
      }
      case 'too_small':
        return `expected ${bound('at least', issue, issue.minimum)}`;
      case 'too_big':
        return `expected ${bound('at most', issue, issue.maximum)}`;
      case 'unrecognized_keys':
        return `${issue.keys.join(', ')} ${issue.keys.length === 1 ? 'is' : 'are'} not known here`;
      case 'invalid_value':
        return `expected ${issue.values.map(String).join(', ')}`;
      default:
        return undefined;
    }
  },
};
