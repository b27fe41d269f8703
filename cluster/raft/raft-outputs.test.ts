/** What the papers leave open and this core promises: what a step answers, and what waits for the disk. */
import { describe, expect, test } from '@jest/globals';
import { createRaft } from './raft.ts';
import {
  Bench,
  blankBoot,
  dataEntry,
  leading,
  leastDraws,
  logOf,
  membershipOf,
  ofType,
} from './testing/bench.ts';
import { trialConfig } from './testing/machine.ts';
import type { RaftMessage, RaftOutput } from './types.ts';

describe('outputs', () => {
  test('a step that causes nothing answers with one object that nobody can change', () => {
    const raft = createRaft(
      trialConfig('a'),
      { ...blankBoot, entries: logOf(membershipOf(['a', 'b']), []) },
      leastDraws,
      0,
    );
    const first = raft.step({ type: 'tick' }, 1);
    const second = raft.step({ type: 'persisted', sequence: 1 }, 2);
    // The first step made the term of the log's end durable.
    expect(first.persist?.hardState).toMatchObject({ term: 1 });
    expect(second).toBe(raft.step({ type: 'tick' }, 3));
    expect(Object.values(second).filter(Array.isArray).every(Object.isFrozen)).toBe(true);
    expect(Object.isFrozen(second)).toBe(true);
  });

  test('what was given out is never changed by later steps', () => {
    const bench = leading();
    const outputs: RaftOutput[] = [];
    const texts: string[] = [];
    for (let number = 0; number < 20; number += 1) {
      const output = bench.raft.step(
        { type: 'propose', proposal: number, data: Uint8Array.of(number) },
        bench.now,
      );
      outputs.push(output);
      texts.push(JSON.stringify(output));
    }
    bench.acknowledge('b', 10);
    bench.hearAppend('c', { prevIndex: 1, prevTerm: 1, entries: [dataEntry(2, 7)] }, 7);
    expect(outputs.map((output) => JSON.stringify(output))).toEqual(texts);
  });

  test('the rolling hash is the same for the same entries, however they came, and another one for others', () => {
    const hashesOf = (steps: readonly (readonly number[])[]): number[] => {
      const raft = createRaft(
        trialConfig('a'),
        {
          ...blankBoot,
          hardState: { term: 1, votedFor: undefined, commit: 0 },
          entries: logOf(membershipOf(['a', 'b']), []),
        },
        leastDraws,
        0,
      );
      return steps.flatMap((indexes) => {
        const [first = 0] = indexes;
        const message: RaftMessage = {
          type: 'append',
          from: 'b',
          to: 'a',
          term: 1,
          prevIndex: first - 1,
          prevTerm: 1,
          entries: indexes.map((index) => dataEntry(index, 1)),
          commit: 9,
          round: 1,
        };
        return [...raft.step({ type: 'message', message }, 1).hashes];
      });
    };
    const whole = hashesOf([[2, 3, 4]]);
    expect(whole).toHaveLength(4);
    expect(hashesOf([[2], [3], [4]])).toEqual(whole);
    expect(new Set(whole).size).toBe(4);
    for (const hash of whole) expect(hash >>> 0).toBe(hash);
  });

  test('every change of role, term or leader is told, in order, however short it lasted', () => {
    const bench = new Bench();
    bench.wait();
    bench.grant('b', true);
    const caused = bench.hearAppend('c', { prevIndex: 1, prevTerm: 1 }, 7);
    expect(caused.transitions).toEqual([{ role: 'follower', term: 7, leader: 'c', lastIndex: 1 }]);
    const after = bench.hear('b', { type: 'timeout-now' }, 8);
    expect(after.transitions).toEqual([
      { role: 'follower', term: 8, leader: undefined, lastIndex: 1 },
      { role: 'candidate', term: 9, leader: undefined, lastIndex: 1 },
    ]);
  });
});

describe('group commit', () => {
  test('one persist is under way at a time, and the next one holds all that came meanwhile', () => {
    const bench = new Bench({ quickDisk: false });
    const entries = [2, 3, 4].map((index) => dataEntry(index, 1));
    const asked = entries.map((entry) =>
      bench.hearAppend('b', { prevIndex: entry.index - 1, prevTerm: 1, entries: [entry] }),
    );
    expect(asked.map(({ persists }) => persists.length)).toEqual([1, 0, 0]);
    const first = bench.finishPersist();
    expect(ofType(first, 'append-response')).toMatchObject([{ index: 2 }]);
    expect(first.persists).toMatchObject([{ sequence: 2, entries: [{ index: 3 }, { index: 4 }] }]);
    expect(ofType(bench.finishPersist(), 'append-response')).toMatchObject([
      { index: 3 },
      { index: 4 },
    ]);
  });

  test('a persist that was not asked for completes nothing', () => {
    const bench = new Bench({ quickDisk: false });
    bench.hear(
      'b',
      { type: 'vote-request', pre: false, transfer: false, lastIndex: 1, lastTerm: 1 },
      2,
    );
    expect(bench.feed({ type: 'persisted', sequence: 7 }).messages).toEqual([]);
    expect(bench.finishPersist().messages).toHaveLength(1);
  });

  test('an advance of commit alone is not worth a persist', () => {
    const bench = new Bench({ terms: [1, 1] });
    bench.hearAppend('b', { prevIndex: 3, prevTerm: 1 });
    expect(bench.hearAppend('b', { prevIndex: 3, prevTerm: 1, commit: 3 }).persists).toEqual([]);
  });

  test('the hint of a persist names nothing that this very persist makes durable', () => {
    const bench = new Bench({ terms: [1, 2, 2] });
    const entries = [dataEntry(3, 3), dataEntry(4, 3)];
    const caused = bench.hearAppend('b', { prevIndex: 2, prevTerm: 1, entries, commit: 4 }, 3);
    expect(bench.status.commit).toBe(4);
    // After a crash that left the hint alone, entries 3 and 4 would be those of term 2.
    expect(caused.persists[0]?.hardState).toMatchObject({ term: 3, commit: 2 });
  });

  test('an answer that waited while the term moved on is dropped', () => {
    const bench = new Bench({ quickDisk: false });
    bench.hearAppend('b', { prevIndex: 1, prevTerm: 1, entries: [dataEntry(2, 1)] });
    bench.hearAppend('c', { prevIndex: 1, prevTerm: 1, entries: [dataEntry(2, 2)] }, 2);
    expect(ofType(bench.finishPersist(), 'append-response')).toEqual([]);
    expect(ofType(bench.finishPersist(), 'append-response')).toMatchObject([{ to: 'c', term: 2 }]);
  });
});
