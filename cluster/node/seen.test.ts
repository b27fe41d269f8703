import { expect, test } from '@jest/globals';
import { Seen } from './seen.ts';

test('an id is new once, in whatever order they come', () => {
  const seen = new Seen();
  expect(['a#2', 'a#1', 'b#1', 'a#3'].map((id) => seen.note(id))).toEqual([true, true, true, true]);
  expect(['a#2', 'a#1', 'b#1', 'a#3'].map((id) => seen.note(id))).toEqual([
    false,
    false,
    false,
    false,
  ]);
});

test('what was overtaken by too many counts as seen, so that the memory stays small', () => {
  const seen = new Seen();
  for (let number = 2; number <= 5_000; number += 1) seen.note(`a#${number}`);
  expect(seen.note('a#1')).toBe(false);
  expect(seen.note('a#5001')).toBe(true);
});

test('an id without a number is nobody’s', () => {
  expect(new Seen().note('a')).toBe(false);
});
