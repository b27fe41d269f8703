import { describe, expect, test } from '@jest/globals';
import { smallerWords } from './run.ts';

const run = {
  schedule: [{ at: 0, client: 0, operation: 'put', args: {} }],
  scenario: { injectMs: 1_866 },
};
const shrunkFrom = { entries: 3_746, digest: '', attempts: 1_180 };

describe('of a smaller form is said', () => {
  test('how much smaller it is, and what that took', () => {
    expect(smallerWords({ run, shrunkFrom: { ...shrunkFrom, complete: true } })).toBe(
      '1 entry of a schedule, from 3,746; found so in 1,180 attempts',
    );
  });

  test('how much sooner it ends', () => {
    expect(smallerWords({ run, shrunkFrom: { ...shrunkFrom, injectMs: 90_000 } })).toBe(
      '1 entry of a schedule of 1.9 s, from 3,746 of 90 s; found so in 1,180 attempts',
    );
  });

  test('that it needs other chances than the whole run had', () => {
    expect(smallerWords({ run: { ...run, chanceSeed: 3 }, shrunkFrom })).toMatch(
      /, from 3,746, under other chances; found so/,
    );
  });

  test('that not all was tried, and what tries more', () => {
    expect(smallerWords({ run, shrunkFrom: { ...shrunkFrom, complete: false } })).toMatch(
      /attempts; not all smaller ones were tried: a longer --shrink-time tries more$/,
    );
  });

  test('no more than is known, of files saved before that was counted', () => {
    expect(smallerWords({ run, shrunkFrom })).toMatch(/attempts$/);
  });

  test('why there is none, or nothing where none was looked for', () => {
    const unshrunk = 'it took longer than 128 s';
    expect(smallerWords({ run, shrunkFrom: undefined, unshrunk })).toBe(
      'not made smaller: it took longer than 128 s',
    );
    expect(smallerWords({ run, shrunkFrom: undefined })).toBeUndefined();
  });
});
