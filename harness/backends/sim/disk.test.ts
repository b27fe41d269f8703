import { describe, expect, test } from '@jest/globals';
import { Disk, type Persist } from './disk.ts';
import type { DiskOperation } from './program.ts';

const bytes = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const text = (content: Uint8Array | undefined) =>
  content === undefined ? undefined : String.fromCharCode(...content);
const append = (content: string, file = 'log'): DiskOperation => ({
  op: 'append',
  file,
  bytes: bytes(content),
});
const persist = (id: number, ...operations: readonly DiskOperation[]): Persist => ({
  id,
  operations,
});
/** Always the same draws. */
const draws = (...values: readonly number[]) => {
  let at = 0;
  return {
    next(below: number) {
      const value = values[at] ?? 0;
      at += 1;
      return Math.min(value, below - 1);
    },
  };
};

describe('a modelled disk', () => {
  test('what is asked for during a sync becomes durable with the next one, all of it together', () => {
    const disk = new Disk();
    expect(disk.ask(persist(1, append('a')))).toBe(true);
    expect(disk.ask(persist(2, append('b')))).toBe(false);
    expect(disk.ask(persist(3, append('c')))).toBe(false);
    expect(disk.synced().map(({ id }) => id)).toEqual([1]);
    expect(text(disk.read().get('log'))).toBe('a');
    expect(disk.syncNext()).toBe(true);
    expect(disk.synced().map(({ id }) => id)).toEqual([2, 3]);
    expect(text(disk.read().get('log'))).toBe('abc');
    expect(disk.syncNext()).toBe(false);
  });

  test('a look into the folder of a running node shows what is not durable yet', () => {
    const disk = new Disk();
    disk.ask(persist(1, append('a')));
    expect(text(disk.view().get('log'))).toBe('a');
    expect(disk.read().size).toBe(0);
  });

  test('operations take effect in their order', () => {
    const disk = new Disk();
    disk.ask(
      persist(
        1,
        append('abcdef'),
        { op: 'truncate', file: 'log', length: 3 },
        append('x'),
        { op: 'write', file: 'key', bytes: bytes('one') },
        { op: 'write', file: 'key', bytes: bytes('two') },
        append('gone', 'old'),
        { op: 'remove', file: 'old' },
        { op: 'truncate', file: 'none', length: 3 },
      ),
    );
    disk.synced();
    const content = [...disk.read()].map(([name, of]) => [name, text(of)]);
    expect(content).toEqual([
      ['log', 'abcx'],
      ['key', 'two'],
    ]);
  });

  test('a failed sync keeps nothing', () => {
    const disk = new Disk();
    disk.ask(persist(1, append('a')));
    expect(disk.failed().map(({ id }) => id)).toEqual([1]);
    expect(disk.view().size).toBe(0);
  });

  const pending = () => {
    const disk = new Disk();
    disk.ask(persist(1, append('abcd'), append('efgh')));
    disk.ask(persist(2, { op: 'write', file: 'key', bytes: bytes('k') }, append('ij')));
    return disk;
  };

  test.each([
    [0, 0, undefined, undefined],
    [0, 3, 'abc', undefined],
    [1, 0, 'abcd', undefined],
    [1, 2, 'abcdef', undefined],
    // A replaced file is there as a whole or not at all.
    [2, 1, 'abcdefgh', undefined],
    [3, 1, 'abcdefghi', 'k'],
    [4, 0, 'abcdefghij', 'k'],
  ])('a crash that keeps %i operations and %i bytes of the next', (kept, torn, log, key) => {
    const disk = pending();
    expect(disk.crash(draws(kept, torn)).kept).toBe(kept);
    expect([text(disk.read().get('log')), text(disk.read().get('key'))]).toEqual([log, key]);
    expect(disk.syncNext()).toBe(false);
    expect(disk.busy).toBe(false);
  });

  test('what was durable outlives every crash', () => {
    const disk = pending();
    disk.synced();
    disk.crash(draws(0));
    expect(text(disk.read().get('log'))).toBe('abcdefgh');
  });
});
