import type { Ms } from './cluster.ts';

const msOf = { ms: 1, s: 1_000, m: 60_000, min: 60_000, h: 3_600_000 } as const;

/** An amount with its unit at the beginning of a text. */
const part = /^(\d+(?:\.\d+)?) ?(ms|s|min|m|h)(?![a-z])/;

/** `200ms`, `1.5s`, `2m` or `2min`, `1h`, `1m30s`. `undefined` where it is none of them. */
export const parseDuration = (text: string): Ms | undefined => {
  let total = 0;
  let rest = text;
  do {
    const [whole = '', amount, unit] = part.exec(rest) ?? [];
    if (amount === undefined) return undefined;
    total += Number(amount) * msOf[unit as keyof typeof msOf];
    rest = rest.slice(whole.length);
  } while (rest !== '');
  return total;
};

/** What people are told that a time looks like. */
export const durationExamples = '200ms, 5s, 2m or 1m30s';
