import { expect, test } from '@jest/globals';
import { compared } from './replay.ts';

test.each([
  { before: [], now: [], same: true, text: 'same verdict: nothing broken' },
  { before: ['a', 'b'], now: ['b', 'a'], same: true, text: 'same verdict: a, b broken again' },
  { before: ['a'], now: [], same: false, text: 'another verdict: a not broken this time' },
  {
    before: ['a', 'b'],
    now: ['b', 'c'],
    same: false,
    text: 'another verdict: b broken again; c broken besides; a not broken this time',
  },
])('$before, then $now: $text', ({ before, now, same, text }) => {
  expect(compared(before, now)).toEqual({ same, text });
});
