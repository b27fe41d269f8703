import { expect, test } from '@jest/globals';
import { added, counting, noCounts } from './counts.ts';
import type { Verdict } from './property.ts';

const verdicts: readonly Verdict[] = [
  { verdict: 'pass', tested: true, because: 'a write was asked' },
  { verdict: 'unknown', missing: 'the machine stood still' },
  { verdict: 'pass', tested: false, because: 'nothing was asked' },
  { verdict: 'unknown', missing: 'it threw', faulty: true },
  { verdict: 'fail', summary: 'a write is lost', moments: [] },
  { verdict: 'pass', tested: false, because: 'nothing broke' },
  { verdict: 'unknown', missing: 'it threw again', faulty: true },
];

const all = {
  ...{ pass: 3, tested: 1, fail: 1, unknown: 3, faulty: 2 },
  ...{ missing: 'it threw', untested: 'nothing was asked' },
};

test('verdicts are counted, with the first reason of each kind, and what a property itself is to blame for before others', () => {
  expect(verdicts.reduce(counting, noCounts)).toEqual(all);
});

test.each([0, 1, 3, 6, 7])('the first %d runs and the others come to the same', (place) => {
  const [before, behind] = [verdicts.slice(0, place), verdicts.slice(place)].map((some) =>
    some.reduce(counting, noCounts),
  );
  expect(added(before ?? noCounts, behind ?? noCounts)).toEqual(all);
});
