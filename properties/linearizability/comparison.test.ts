import { describe, expect, test } from '@jest/globals';

import { compareAnswered, compareLong, compareShort } from './testing/comparison.ts';
import { kinds } from './testing/kinds.ts';

describe.each(Object.keys(kinds))('%s', (kind) => {
  test('the checker and its monitors agree with the definition, which tries every order', () => {
    const counted = compareShort({ kind, from: 0, count: 400 });
    expect(counted.differences).toEqual([]);
    // The comparison is worth something only if both verdicts are common, with unknown operations too.
    for (const share of [counted.right, counted.wrong]) expect(share).toBeGreaterThan(400 / 4);
    expect(counted.rightWithUnknown).toBeGreaterThan(400 / 8);
    expect(counted.wrongWithUnknown).toBeGreaterThan(400 / 8);
  });

  test('what an object answered passes', () => {
    expect(compareAnswered({ kind, from: 0, count: 300 }).differences).toEqual([]);
  });

  test('on long histories it agrees with a search without reductions, however it is tuned', () => {
    const counted = compareLong({ kind, from: 0, count: 8 });
    expect(counted.differences).toEqual([]);
    expect(counted.right + counted.wrong).toBeGreaterThan(0);
  });
});
