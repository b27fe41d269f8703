import { expect, test } from '@jest/globals';
import { Recent } from './recent.ts';

const keys = Array.from({ length: 10 }, (_, number) => ({ number }));

test('the values set last are remembered, by identity', () => {
  const recent = new Recent<{ readonly number: number }, number>(3);
  for (const key of keys) recent.set(key, key.number);
  expect(keys.slice(-3).map((key) => recent.get(key))).toStrictEqual([7, 8, 9]);
  expect(recent.get({ number: 9 })).toBeUndefined();
});

test('no more than twice its size is remembered', () => {
  const recent = new Recent<{ readonly number: number }, number>(3);
  for (const key of keys) recent.set(key, key.number);
  const kept = keys.filter((key) => recent.get(key) !== undefined);
  expect(kept.length).toBeLessThanOrEqual(6);
});
