/** What the papers leave open and this core promises: no message makes it believe what cannot be. */
import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { Bench, dataEntry, leading } from './testing/bench.ts';
import type { RaftMessage } from './types.ts';

describe('hostile and impossible input is dropped', () => {
  const shapes: readonly unknown[] = [
    {},
    { type: 'nonsense' },
    { type: 'append' },
    { type: 'append', prevIndex: 1, prevTerm: 1, entries: 'x', commit: 0, round: 0 },
    { type: 'append', prevIndex: 1, prevTerm: 1, entries: [undefined], commit: 0, round: 0 },
    { type: 'append', prevIndex: 1, prevTerm: 1, entries: [{ index: 2 }], commit: 0, round: 0 },
    { type: 'append', prevIndex: -1, prevTerm: 1, entries: [], commit: 0, round: 0 },
    { type: 'append', prevIndex: 1.5, prevTerm: 1, entries: [], commit: 0, round: 0 },
    { type: 'append', prevIndex: 1, prevTerm: 1, entries: [], commit: NaN, round: 0 },
    {
      type: 'append',
      prevIndex: 1,
      prevTerm: 1,
      entries: [{ index: 2, term: 1, kind: 'config', membership: { members: [7], removed: [] } }],
      commit: 0,
      round: 0,
    },
    {
      type: 'append',
      prevIndex: 1,
      prevTerm: 1,
      entries: [{ index: 2, term: 1, kind: 'data', data: 'text' }],
      commit: 0,
      round: 0,
    },
    { type: 'append-response', ok: 1, index: 0, conflictTerm: 0, round: 0 },
    { type: 'append-response', ok: true, index: '9', conflictTerm: 0, round: 0 },
    { type: 'vote-request', pre: false, transfer: false, lastIndex: Infinity, lastTerm: 1 },
    { type: 'vote-response', pre: 'no', granted: true },
    { type: 'snapshot-chunk', index: 9, snapshotTerm: 1 },
    { type: 'snapshot-response', index: 9, offset: 0, installed: 'yes', round: 0 },
  ];

  // As a title JSON would take NaN for null.
  const titled = shapes.map((shape) => [
    inspect(shape, { breakLength: Infinity, depth: 5 }),
    shape,
  ]);
  test.each(titled)('%s', (_title, shape) => {
    for (const bench of [new Bench(), leading()]) {
      bench.feed({ type: 'tick' });
      const before = JSON.stringify(bench.status);
      const message = { from: 'b', to: 'a', term: bench.status.term, ...(shape as object) };
      const caused = bench.feed({ type: 'message', message: message as RaftMessage });
      expect(caused.messages).toEqual([]);
      expect(JSON.stringify(bench.status)).toBe(before);
    }
  });

  test.each([
    ['entries with a gap', [dataEntry(2, 1), dataEntry(4, 1)]],
    ['entries whose terms fall', [dataEntry(2, 2), dataEntry(3, 1)]],
    ['entries of a later term than their leader’s', [dataEntry(2, 9)]],
    ['entries that do not follow', [dataEntry(5, 1)]],
  ])('%s', (_what, entries) => {
    const bench = new Bench({ hardState: { term: 2, votedFor: undefined, commit: 1 } });
    bench.hearAppend('b', { prevIndex: 1, prevTerm: 1, entries });
    expect(bench.status.lastIndex).toBe(1);
  });

  test('a second leader of the same term is not listened to', () => {
    const bench = new Bench();
    bench.hearAppend('b', { prevIndex: 1, prevTerm: 1 });
    const caused = bench.hearAppend('c', { prevIndex: 1, prevTerm: 1, entries: [dataEntry(2, 1)] });
    expect(caused.messages).toEqual([]);
    expect(bench.status).toMatchObject({ leader: 'b', lastIndex: 1 });
  });

  test('acknowledgements of what was never sent commit nothing', () => {
    const bench = leading();
    bench.propose(1);
    bench.acknowledge('b', 1_000, 1_000);
    bench.acknowledge('c', 1_000, 1_000);
    expect(bench.status.commit).toBe(2);
    expect(bench.feed({ type: 'read', read: 1 }).reads).toEqual([]);
  });

  test('a message for somebody else is dropped', () => {
    const bench = new Bench();
    const message: RaftMessage = { type: 'removed', from: 'b', to: 'z', term: 1 };
    bench.feed({ type: 'message', message });
    expect(bench.status.removed).toBe(false);
  });

  test('acknowledgements of strangers commit nothing', () => {
    const bench = leading();
    bench.propose(1);
    for (const id of ['x', 'y']) bench.acknowledge(id, 3);
    expect(bench.status.commit).toBe(2);
    bench.acknowledge('b', 3);
    expect(bench.status.commit).toBe(3);
  });
});
