import { expect, test } from '@jest/globals';
import type { Judged } from '../../core/run.ts';
import { compared, fates, whyAnother } from './replay.ts';

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

test('what is not broken any more is said to have held, or not to have been put to the test', () => {
  const verdicts = [
    { property: 'a', verdict: 'fail', summary: 'it broke', moments: [] },
    { property: 'b', verdict: 'pass', tested: true, because: 'all is well' },
    { property: 'c', verdict: 'pass', tested: false, because: 'nobody asked' },
    { property: 'd', verdict: 'unknown', missing: 'nobody said so' },
  ].map((verdict) => ({ ...verdict, guarantee: '', source: '' }) as Judged);
  expect(fates(['a', 'b', 'c', 'd', 'e'], { verdicts })).toEqual([
    'b held this time: all is well',
    'c held this time, but was not put to the test: nobody asked',
    'd is unknown this time: nobody said so',
  ]);
});

test.each([
  ['abc', 'abc', /bug of schism; please report it/],
  ['abc', 'def', /saved at commit abc, and this is def; other sources make other runs/],
  ['abc+', 'abc+', /other sources make other runs/],
  ['none', 'none', /not known at which commit/],
])('another digest of a run saved at %s, replayed at %s: %s', (saved, here, text) => {
  expect(whyAnother(saved, here)).toMatch(text);
});
