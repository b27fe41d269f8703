import { expect, test } from '@jest/globals';
import { timestampOf, wallOf } from './timestamp.ts';

test('a timestamp is RFC 3339 in UTC and reads back to the millisecond', () => {
  const wall = Date.UTC(2026, 10, 24, 6, 22, 0, 123);
  expect(timestampOf(wall)).toBe('2026-11-24T06:22:00.123Z');
  expect(timestampOf(wall + 1)).toBe('2026-11-24T06:22:00.124Z');
  expect(timestampOf(wall)).toBe('2026-11-24T06:22:00.123Z');
  expect(wallOf(timestampOf(wall))).toBe(wall);
  expect(wallOf('yesterday')).toBeNaN();
});
