import { expect, test } from '@jest/globals';
import { parseDuration } from './duration.ts';

test.each([
  ['200ms', 200],
  ['1.5s', 1_500],
  ['60 s', 60_000],
  ['2m', 120_000],
  ['2min', 120_000],
  ['1h', 3_600_000],
  ['1m30s', 90_000],
  ['1h2m3s4ms', 3_723_004],
  ['0s', 0],
])('%s is a time', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

test.each([
  '',
  '2',
  's',
  '2sec',
  '2 minutes',
  '-1s',
  '1s ',
  '1m30',
  '1e3s',
  '1m 30s',
  's1m',
  '1,5s',
])('"%s" is none', (text) => {
  expect(parseDuration(text)).toBeUndefined();
});
