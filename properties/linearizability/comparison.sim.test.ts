/**
 * The long comparison. `SCHISM_CHECK_HISTORIES=100000` and `SCHISM_CHECK_LONG_HISTORIES=700` are the
 * full counts (each of the 15 kinds; the second makes 10,000 in all), about ten minutes on one core.
 */
import { describe, expect, test } from '@jest/globals';

import { compareAnswered, compareLong, compareShort } from './testing/comparison.ts';
import { kinds } from './testing/kinds.ts';

const SHORT = Number(process.env.SCHISM_CHECK_HISTORIES ?? 500);
const LONG = Number(process.env.SCHISM_CHECK_LONG_HISTORIES ?? 8);

describe.each(Object.keys(kinds))('%s', (kind) => {
  test(`${SHORT} short histories: no verdict differs from the definition's`, () => {
    expect(compareShort({ kind, from: 1_000_000, count: SHORT }).differences).toEqual([]);
  }, 900_000);

  test(`${SHORT} histories that an object answered all pass`, () => {
    const { differences, skipped } = compareAnswered({ kind, from: 1_000_000, count: SHORT });
    expect(differences).toEqual([]);
    expect(skipped).toBeLessThan(SHORT / 50);
  }, 900_000);

  test(`${LONG} long histories: no verdict differs from that of a search without reductions`, () => {
    expect(compareLong({ kind, from: 1_000_000, count: LONG }).differences).toEqual([]);
  }, 900_000);
});
