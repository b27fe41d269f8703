import { expect, test } from '@jest/globals';
import { counted, grouped, spoken } from './figures.ts';

test('numbers are grouped by thousands', () => {
  expect([0, 999, 1_000, 2_412, 1_234_567].map(grouped)).toEqual([
    '0',
    '999',
    '1,000',
    '2,412',
    '1,234,567',
  ]);
});

test('one is one, and all else is many', () => {
  expect([0, 1, 2_412].map((count) => counted(count, 'run'))).toEqual([
    '0 runs',
    '1 run',
    '2,412 runs',
  ]);
  expect([1, 2].map((count) => counted(count, 'entry', 'entries'))).toEqual([
    '1 entry',
    '2 entries',
  ]);
});

test.each([
  [840, '840 ms'],
  [1_250, '1.3 s'],
  [15_000, '15 s'],
  [119_999, '120 s'],
  [120_000, '2 min'],
  [7_199_000, '2 h 0 min'],
  [24_120_000, '6 h 42 min'],
])('%d ms are %s', (ms, words) => {
  expect(spoken(ms)).toBe(words);
});
