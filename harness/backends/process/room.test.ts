import { tmpdir } from 'node:os';
import { describe, expect, test } from '@jest/globals';
import { until } from '../live/toxiproxy/testing/loopback.ts';
import { lackIn, watchRoom } from './room.ts';

const roomy = { blocks: 1000, bsize: 4096, bfree: 900, bavail: 800, files: 100, ffree: 90 };

describe('the room for a run’s files', () => {
  test.each([
    ['plenty', {}, false, undefined],
    ['little', { bavail: 255 }, false, 'only 1044480 bytes are free'],
    ['kept back for the superuser', { bavail: 0 }, true, undefined],
    ['none', { bfree: 0, bavail: 0 }, true, 'only 0 bytes are free'],
    ['for no further file', { ffree: 0 }, false, 'no further file can be made'],
    ['not counted', { blocks: 0, bfree: 0, bavail: 0, files: 0, ffree: 0 }, false, undefined],
  ])('is %s', (_, change, isRoot, lack) => {
    expect(lackIn({ ...roomy, ...change }, { isRoot })).toBe(lack);
  });

  test('is looked at again and again, and its end is told once', async () => {
    const told: string[] = [];
    let full = false;
    using room = watchRoom(tmpdir(), (failure) => told.push(failure.message), {
      lack: () => (full ? 'nothing is free' : undefined),
    });
    room.look();
    expect(told).toEqual([]);
    full = true;
    await until('it is told', () => told.length > 0);
    room.look();
    expect(told).toEqual([
      `the folder for temporary files, ${tmpdir()}: the disk is full: nothing is free; make room there, or name another folder in TMPDIR`,
    ]);
  });

  test('of a folder that is gone is nobody’s concern', () => {
    using room = watchRoom('/no/such/folder', () => {
      throw new Error('it was told');
    });
    room.look();
  });
});
