import { describe, expect, test } from '@jest/globals';
import { Driven, get, ok, put } from './testing/driven.ts';
import { marker } from './testing/register-nodes.ts';

describe('disks', () => {
  test.each([
    ['full', 'ENOSPC: no space left on device, write'],
    ['io-error', 'EIO: i/o error, write'],
  ] as const)(
    'a disk with trouble (%s) fails persists, keeps nothing of them, and can be mended',
    (trouble, text) => {
      const world = new Driven();
      world.simulation.troubleDisk('m1', trouble);
      const id = world.call('m1', put(1));
      world.pass(20);
      expect(world.resultOf(id)).toEqual({ failed: 'connection reset', sent: true });
      expect(world.lifecycle('m1')).toEqual(['started', 'exited']);
      expect(world.all('lifecycle').at(-1)?.lifecycle.text).toContain(text);
      world.simulation.troubleDisk('m1', undefined);
      world.carryOut({ type: 'start', id: 100, node: 'm1' });
      const read = (world.pass(20), world.call('m1', get));
      world.pass(10);
      expect(world.resultOf(read)).toEqual(ok([]));
    },
  );

  test('a scan finds bytes that stand in the clear, and not what is sealed', () => {
    const world = new Driven();
    world.call('m1', put(0x1234));
    world
      .pass(20)
      .scan('m1', Uint8Array.of(marker & 0xff, marker >> 8))
      .pass(5);
    const [sealed] = world.all('scanned');
    expect(sealed?.scan).toMatchObject({ files: 1, bytes: 33, found: [], looked: ['marker'] });
    const file = read(world, 'm1', 'log');
    world.scan('m1', file.subarray(5, 9)).pass(5);
    expect(world.all('scanned').at(-1)?.scan.found).toEqual([
      { canary: 'marker', file: 'log', offset: 5 },
    ]);
  });

  test('a file that is not there reads as none', () => {
    const world = new Driven();
    world.carryOut({ type: 'read-file', id: 100, node: 'm1', file: 'none' });
    world.pass(5);
    expect(world.all('file-read')).toEqual([{ type: 'file-read', id: 100, bytes: undefined }]);
  });
});

const read = (world: Driven, node: string, file: string): Uint8Array => {
  world.carryOut({ type: 'read-file', id: 999, node, file });
  world.pass(5);
  return world.all('file-read').at(-1)?.bytes ?? new Uint8Array(0);
};
