import { expect, test } from '@jest/globals';
import { compared, whyAnother } from './replay.ts';

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

test.each([
  ['abc', 'abc', /bug of schism; please report it/],
  ['abc', 'def', /saved at commit abc, and this is def; other sources make other runs/],
  ['abc+', 'abc+', /other sources make other runs/],
  ['none', 'none', /not known at which commit/],
])('another digest of a run saved at %s, replayed at %s: %s', (saved, here, text) => {
  expect(whyAnother(saved, here)).toMatch(text);
});
