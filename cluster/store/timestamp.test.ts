import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { timestampOf, wallOf } from './timestamp.ts';

describe('a timestamp', () => {
  test('is RFC 3339 in UTC and reads back to the millisecond', () => {
    const wall = Date.UTC(2026, 10, 24, 6, 22, 0, 123);
    expect(timestampOf(wall)).toBe('2026-11-24T06:22:00.123Z');
    expect(timestampOf(wall + 1)).toBe('2026-11-24T06:22:00.124Z');
    expect(timestampOf(wall)).toBe('2026-11-24T06:22:00.123Z');
    expect(wallOf(timestampOf(wall))).toBe(wall);
    expect(wallOf('yesterday')).toBeNaN();
  });

  test('is what a date says, whatever came before', () => {
    const wall = fc.oneof(
      fc.integer({ min: -86_400_000 * 3, max: 86_400_000 * 3 }),
      fc.integer({ min: 1.7e12, max: 1.9e12 }),
    );
    fc.assert(
      fc.property(fc.array(wall), (walls) => {
        for (const each of walls) expect(timestampOf(each)).toBe(new Date(each).toISOString());
      }),
    );
  });

  test('drops fractions of a millisecond', () => {
    expect(timestampOf(1_500.75)).toBe('1970-01-01T00:00:01.500Z');
  });
});
