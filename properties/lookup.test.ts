import { expect, test } from '@jest/globals';
import { askedOf, committedBy } from './lookup.ts';
import { commit, history, operation, says } from './testing/histories.ts';

test('what was asked of a node within a time is in the order in which it was asked', () => {
  const [late, early, other, outside] = [
    operation('m1', [30, 40]),
    operation('m1', [20, 90]),
    operation('m2', [25, 30]),
    operation('m1', [41, 45]),
  ];
  const of = history({ operations: [late, early, other, outside] });
  expect(askedOf(of, 'm1', { from: 20, to: 40 })).toEqual([early, late]);
  expect(askedOf(of, 'm1', { from: 21, to: 40 })).toEqual([late]);
  expect(askedOf(of, 'm1', { from: 31, to: 40 })).toEqual([]);
  expect(askedOf(of, 'm3', { from: 0, to: 99 })).toEqual([]);
});

test('what was known to be committed by a time is the highest that anybody had said', () => {
  const of = history({
    observations: [
      ...says('m1', 'one', [[10, commit(5, 1)]]),
      ...says('m2', 'two', [[20, commit(9, 1)]]),
      ...says('m3', 'three', [[30, commit(7, 1)]]),
    ],
  });
  expect([9, 10, 19, 20, 35].map((time) => committedBy(of, time))).toEqual([0, 5, 5, 9, 9]);
});
