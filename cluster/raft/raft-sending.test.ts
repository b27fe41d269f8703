/** What the papers leave open and this core promises: how much is sent to a follower at a time, and what is sent again. */
import { describe, expect, test } from '@jest/globals';
import { Bench, leading, membershipOf, ofType } from './testing/bench.ts';

describe('flow control', () => {
  test('messages are pipelined up to the limit, and one acknowledgement makes room for one more', () => {
    const bench = leading({ inflightMessagesMax: 3 });
    const toB = Array.from(
      { length: 6 },
      (_, number) => ofType(bench.propose(number), 'append').filter(({ to }) => to === 'b').length,
    );
    expect(toB).toEqual([1, 1, 1, 0, 0, 0]);
    const [next] = ofType(bench.acknowledge('b', 3), 'append');
    // What gathered goes in one batch.
    expect(next?.entries.map(({ index }) => index)).toEqual([6, 7, 8]);
  });

  test('bytes in flight are limited too', () => {
    const bench = leading({ inflightBytesMax: 1_000, inflightMessagesMax: 100 });
    const sent = Array.from(
      { length: 4 },
      (_, proposal) =>
        ofType(bench.feed({ type: 'propose', proposal, data: new Uint8Array(600) }), 'append')
          .length,
    );
    expect(sent).toEqual([2, 2, 0, 0]);
  });

  test('a message holds as many entries as fit, and at least one', () => {
    const bench = leading({ messageBytesMax: 200, inflightMessagesMax: 1 });
    for (const [proposal, length] of [10, 40, 40, 500, 10, 10].entries())
      bench.feed({ type: 'propose', proposal, data: new Uint8Array(length) });
    const batches: number[][] = [];
    for (let last = 3; last < 7;) {
      const [append] = ofType(bench.acknowledge('b', last), 'append');
      batches.push(append?.entries.map(({ index }) => index) ?? []);
      last = append?.entries.at(-1)?.index ?? 8;
    }
    expect(batches).toEqual([[4, 5], [6], [7, 8]]);
  });

  test('a follower that lost what was in flight refuses the next heartbeat, and is sent it again', () => {
    const bench = leading();
    bench.propose(1);
    bench.propose(2);
    const beat = ofType(bench.wait(), 'append').find(({ to }) => to === 'b');
    expect(beat).toMatchObject({ prevIndex: 4, entries: [] });
    const caused = bench.hear('b', {
      type: 'append-response',
      ok: false,
      index: 2,
      conflictTerm: 2,
      round: beat?.round ?? 0,
    });
    expect(ofType(caused, 'append')).toMatchObject([
      { to: 'b', prevIndex: 2, entries: [{ index: 3 }, { index: 4 }] },
    ]);
  });

  test('a follower that is probed gets one message at a time', () => {
    const bench = new Bench();
    bench.elect();
    expect(ofType(bench.propose(1), 'append')).toEqual([]);
    expect(ofType(bench.wait(), 'append')).toHaveLength(2);
  });

  test('proposals are refused once too much waits to be committed', () => {
    const bench = leading({ inflightBytesMax: 100 });
    let refused: unknown;
    for (let proposal = 0; proposal < 100 && refused === undefined; proposal += 1)
      [refused] = bench.feed({ type: 'propose', proposal, data: new Uint8Array(100) }).proposals;
    expect(refused).toMatchObject({
      result: 'refused',
      why: 'too much is waiting to be committed',
    });
  });
});

describe('snapshots on their way', () => {
  const image = Uint8Array.from({ length: 70 }, (_, at) => at);

  const sending = (): Bench => {
    const bench = new Bench({ terms: [1, 1, 1], config: { trailingEntries: 0 } });
    bench.elect();
    bench.acknowledge('b', 5);
    bench.feed({ type: 'compact', index: 5, data: image });
    bench.hear('c', { type: 'append-response', ok: false, index: 0, conflictTerm: 0, round: 1 });
    return bench;
  };
  const wants = (bench: Bench, offset: number, round: number) =>
    ofType(
      bench.hear('c', { type: 'snapshot-response', index: 5, offset, installed: false, round }),
      'snapshot-chunk',
    ).map((sent) => [sent.offset, sent.bytes.length, sent.done]);

  test('each chunk follows the answer to the one before', () => {
    const bench = sending();
    expect(wants(bench, 32, 1)).toEqual([[32, 32, false]]);
    expect(wants(bench, 64, 1)).toEqual([[64, 6, true]]);
  });

  test('a duplicated or late answer sends nothing twice', () => {
    const bench = sending();
    wants(bench, 32, 1);
    expect(wants(bench, 32, 1)).toEqual([]);
    expect(wants(bench, 0, 1)).toEqual([]);
  });

  test('heartbeats ask which offset is wanted, and a lost chunk is sent again on the answer', () => {
    const bench = sending();
    wants(bench, 32, 1);
    const [probe] = ofType(bench.wait(), 'snapshot-chunk');
    expect(probe).toMatchObject({ offset: 32, done: false, bytes: new Uint8Array(0) });
    expect(wants(bench, 32, probe?.round ?? 0)).toEqual([[32, 32, false]]);
  });

  test('a follower that restarted begins again at 0', () => {
    const bench = sending();
    wants(bench, 32, 1);
    const [probe] = ofType(bench.wait(), 'snapshot-chunk');
    expect(wants(bench, 0, probe?.round ?? 0)).toEqual([[0, 32, false]]);
  });

  test('once it is installed the log goes on behind it', () => {
    const bench = sending();
    bench.propose(1);
    const caused = bench.hear('c', {
      type: 'snapshot-response',
      index: 5,
      offset: 70,
      installed: true,
      round: 1,
    });
    expect(ofType(caused, 'append')).toMatchObject([{ prevIndex: 5, entries: [{ index: 6 }] }]);
  });

  test('a late chunk of an older snapshot does not spoil a newer one', () => {
    const bench = new Bench();
    const part = (index: number, offset: number, done: boolean) =>
      bench.hear('b', {
        type: 'snapshot-chunk',
        index,
        snapshotTerm: 1,
        membership: membershipOf(['a', 'b', 'c']),
        hash: 7,
        offset,
        bytes: Uint8Array.of(index),
        done,
        round: 1,
      });
    part(20, 0, false);
    part(10, 0, false);
    expect(part(20, 1, true).installs).toMatchObject([{ index: 20, data: Uint8Array.of(20, 20) }]);
  });

  test('only what is applied, and newer than the last snapshot, is compacted', () => {
    const bench = new Bench({ terms: [1, 1, 1] });
    for (const index of [4, 99, 0, -1, 1.5])
      expect(bench.feed({ type: 'compact', index, data: image }).persists).toEqual([]);
    bench.hearAppend('b', { prevIndex: 4, prevTerm: 1, commit: 3 });
    expect(bench.feed({ type: 'compact', index: 3, data: image }).persists).toHaveLength(1);
    expect(bench.feed({ type: 'compact', index: 2, data: image }).persists).toEqual([]);
  });
});
