import { expect, test } from '@jest/globals';
import { roomFor } from './room.ts';

test('every room is empty and belongs to nobody else', () => {
  const rooms = Array.from({ length: 200 }, (_, at) => roomFor(at * 31));
  for (const room of rooms) expect(room.every((byte) => byte === 0)).toBe(true);
  rooms.forEach((room, at) => room.fill(at));
  rooms.forEach((room, at) => {
    expect(room.length).toBe(at * 31);
    expect(room.every((byte) => byte === at)).toBe(true);
  });
});
