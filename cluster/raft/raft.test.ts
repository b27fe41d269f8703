/** What the papers leave open and this core promises: outputs, timers, group commit, flow control, hostile input, boot. */
import { describe, expect, test } from '@jest/globals';
import { createRaft } from './raft.ts';
import { Bench, dataEntry, logOf, membershipOf, ofType } from './trial/bench.ts';
import { trialConfig } from './trial/machine.ts';
import type { RaftBoot, RaftMessage, RaftOutput } from './types.ts';

const random = { integer: () => 0, bytes: (_: string, length: number) => new Uint8Array(length) };

const blank: RaftBoot = {
  hardState: undefined,
  snapshot: undefined,
  entries: [],
  membership: undefined,
};

const leading = (config = {}): Bench => {
  const bench = new Bench({ config });
  bench.elect();
  bench.acknowledge('b', 2);
  bench.acknowledge('c', 2);
  return bench;
};

describe('outputs', () => {
  test('a step that causes nothing answers with one object that nobody can change', () => {
    const raft = createRaft(
      trialConfig('a'),
      { ...blank, entries: logOf(membershipOf(['a', 'b']), []) },
      random,
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
          ...blank,
          hardState: { term: 1, votedFor: undefined, commit: 0 },
          entries: logOf(membershipOf(['a', 'b']), []),
        },
        random,
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

describe('timers', () => {
  test('heartbeats do not move a follower’s deadline; it is extended when it comes due', () => {
    const bench = new Bench();
    const before = bench.raft.deadline;
    for (let beat = 0; beat < 3; beat += 1) {
      bench.now += 40;
      bench.hearAppend('b', { prevIndex: 1, prevTerm: 1 });
      expect(bench.raft.deadline).toBe(before);
    }
    const drawn = bench.draws.length;
    expect(bench.wait().messages).toEqual([]);
    expect(bench.draws.length).toBe(drawn + 1);
    // 150 ms after the last heartbeat, not after the tick.
    expect(bench.raft.deadline).toBe(1_120 + 150);
  });

  test('an early or repeated tick does nothing', () => {
    const bench = new Bench();
    for (let tick = 0; tick < 5; tick += 1) {
      const caused = bench.feed({ type: 'tick' });
      expect(caused.messages).toEqual([]);
      expect(caused.transitions).toEqual([]);
    }
  });

  test('a leader with nobody to send to needs no tick', () => {
    const bench = new Bench({ voters: ['a'] });
    bench.wait();
    expect(bench.status.role).toBe('leader');
    bench.wait();
    bench.wait();
    expect(bench.raft.deadline).toBeUndefined();
  });

  test('it starts ticking again as soon as it has somebody to send to', () => {
    const bench = new Bench({ voters: ['a'] });
    bench.wait();
    bench.pass(1_000);
    bench.feed({
      type: 'propose-config',
      proposal: 1,
      change: { kind: 'add-learner', member: { id: 'd', nodeId: 'd', address: 'd:1' } },
    });
    expect(bench.raft.deadline).toBe(bench.now + 50);
  });
});

describe('boot', () => {
  test('the only voter of a cluster leads at once, and commits', () => {
    const raft = createRaft(
      trialConfig('a'),
      { ...blank, membership: membershipOf(['a']) },
      random,
      500,
    );
    expect(raft.deadline).toBe(500);
    const stands = raft.step({ type: 'tick' }, 500);
    expect(stands.transitions).toEqual([
      { role: 'candidate', term: 2, leader: undefined, lastIndex: 1 },
    ]);
    expect(stands.persist).toMatchObject({
      hardState: { term: 2, votedFor: 'a', commit: 0 },
      entries: [{ index: 1, term: 1, kind: 'config', membership: membershipOf(['a']) }],
    });
    const leads = raft.step({ type: 'persisted', sequence: 1 }, 501);
    expect(leads.transitions).toEqual([{ role: 'leader', term: 2, leader: 'a', lastIndex: 1 }]);
    const commits = raft.step({ type: 'persisted', sequence: 2 }, 502);
    expect(commits.committed).toEqual([{ index: 2, term: 2, kind: 'noop' }]);
  });

  test('a member that joins begins without a membership, and waits without a timer until it is told one', () => {
    const raft = createRaft(trialConfig('a'), blank, random, 0);
    expect(raft.deadline).toBeUndefined();
    expect(raft.status).toMatchObject({ role: 'learner', term: 0, lastIndex: 0 });
  });

  test('after a restart it applies what the hint says and what the log holds, and no more', () => {
    const raft = createRaft(
      trialConfig('a'),
      {
        hardState: { term: 3, votedFor: 'b', commit: 9 },
        snapshot: undefined,
        entries: logOf(membershipOf(['a', 'b', 'c']), [2, 3]),
        membership: membershipOf(['a']),
      },
      random,
      0,
    );
    const output = raft.step({ type: 'tick' }, 0);
    expect(output.committed.map(({ index }) => index)).toEqual([1, 2, 3]);
    expect(raft.status.membership).toEqual(membershipOf(['a', 'b', 'c']));
  });

  test('a snapshot brings index, membership and hash, so that only what follows is applied', () => {
    const membership = membershipOf(['a', 'b', 'c'], ['l'], ['x']);
    const raft = createRaft(
      trialConfig('a'),
      {
        hardState: { term: 3, votedFor: undefined, commit: 0 },
        snapshot: { index: 7, term: 2, membership, hash: 123, data: new Uint8Array(0) },
        entries: [dataEntry(8, 3)],
        membership: undefined,
      },
      random,
      0,
    );
    expect(raft.status).toMatchObject({
      commit: 7,
      applied: 7,
      firstIndex: 8,
      lastIndex: 8,
      membership,
    });
    expect(raft.step({ type: 'tick' }, 0).committed).toEqual([]);
  });

  test('a member that its own committed log takes out does not come back', () => {
    const entries = logOf(membershipOf(['b', 'c'], [], ['a']), [2]);
    const hardState = { term: 3, votedFor: undefined, commit: 2 };
    const raft = createRaft(trialConfig('a'), { ...blank, hardState, entries }, random, 0);
    expect(raft.status.removed).toBe(true);
    expect(raft.deadline).toBeUndefined();
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

describe('a log that is an older copy of itself', () => {
  const five = (): Bench => {
    const bench = new Bench({ voters: ['a', 'b', 'c', 'd', 'e'] });
    bench.elect(['b', 'c', 'd', 'e']);
    for (const id of ['b', 'c']) bench.acknowledge(id, 2);
    bench.propose(1);
    // Two of five have it.
    bench.acknowledge('b', 3);
    return bench;
  };
  const refuse = (bench: Bench, index: number, round: number) =>
    bench.hear('b', { type: 'append-response', ok: false, index, conflictTerm: 1, round });
  const roundOf = (bench: Bench): number => ofType(bench.wait(), 'append')[0]?.round ?? 0;

  test('is told by a refusal, in a round begun after the acknowledgement, of what was acknowledged', () => {
    const bench = five();
    const round = roundOf(bench);
    const caused = refuse(bench, 1, round);
    expect(caused.messages).toMatchObject([{ type: 'log-lost', to: 'b', index: 3 }]);
    expect(bench.status.active).not.toContain('b');
    // It is sent nothing else, and told again in each heartbeat.
    const beat = bench.wait().messages.filter(({ to }) => to === 'b');
    expect(beat).toMatchObject([{ type: 'log-lost', index: 3 }]);
  });

  test('counts no more, whatever it acknowledges later', () => {
    const bench = five();
    refuse(bench, 1, roundOf(bench));
    bench.acknowledge('c', 3);
    bench.acknowledge('b', 3, roundOf(bench));
    expect(bench.status.commit).toBe(2);
    bench.acknowledge('d', 3);
    expect(bench.status.commit).toBe(3);
  });

  test.each([
    ['of the round of the acknowledgement, or an earlier one', 1, 0],
    ['of a round that never was', 1, 9],
    ['that asks for what follows the acknowledged', 3, 1],
  ])('is not told by a refusal %s', (_, index, later) => {
    const bench = five();
    const round = roundOf(bench);
    bench.acknowledge('b', 3, round);
    expect(ofType(refuse(bench, index, round - 1 + later), 'log-lost')).toEqual([]);
    expect(bench.status.active).toContain('b');
  });

  test('stops the member that is told, for good', () => {
    const bench = new Bench({ terms: [1, 1] });
    bench.hear('b', { type: 'log-lost', index: 9 }, 0);
    expect(bench.status).toMatchObject({ lost: 9, role: 'learner' });
    expect(bench.raft.deadline).toBeUndefined();
    const request = { pre: false, lastIndex: 20, lastTerm: 8, transfer: true };
    expect(bench.hear('b', { type: 'vote-request', ...request }, 8).messages).toEqual([]);
    expect(bench.hearAppend('b', { prevIndex: 3, prevTerm: 1 }, 8).messages).toEqual([]);
  });
});

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

  test.each(shapes.map((shape) => [shape]))('%j', (shape) => {
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

  test('answers from strangers and removed members are left alone', () => {
    const bench = leading();
    const stranger = { type: 'append-response' as const, ok: true, conflictTerm: 0, round: 1 };
    expect(bench.hear('x', { ...stranger, index: 2 }).messages).toEqual([]);
  });
});

describe('members', () => {
  test('a member that moved is known by its new address', () => {
    const bench = leading();
    bench.feed({
      type: 'propose-config',
      proposal: 1,
      change: { kind: 'move', id: 'b', address: 'new:2' },
    });
    expect(bench.status.membership.members.find(({ id }) => id === 'b')).toMatchObject({
      address: 'new:2',
      voter: true,
    });
  });

  test.each([
    [{ kind: 'promote', id: 'x' }, 'x is not a member'],
    [{ kind: 'promote', id: 'b' }, 'b votes already'],
    [{ kind: 'remove', id: 'x' }, 'x is not a member'],
    [{ kind: 'move', id: 'x', address: 'y' }, 'x is not a member'],
    [
      { kind: 'add-learner', member: { id: 'b', nodeId: 'b', address: 'b:1' } },
      'b is a member already',
    ],
  ] as const)('%j is refused: %s', (change, why) => {
    const caused = leading().feed({ type: 'propose-config', proposal: 1, change });
    expect(caused.proposals).toEqual([{ proposal: 1, result: 'refused', why }]);
  });

  test('a member that was removed is told so once that is committed', () => {
    const bench = leading();
    bench.feed({ type: 'propose-config', proposal: 1, change: { kind: 'remove', id: 'c' } });
    const caused = bench.acknowledge('b', 3);
    expect(ofType(caused, 'removed')).toMatchObject([{ to: 'c' }]);
    expect(caused.proposals).toMatchObject([{ result: 'committed' }]);
  });

  test('a learner that is promoted starts its election timer, and stops it when that is undone', () => {
    const bench = new Bench({ voters: ['b', 'c'], learners: ['a'] });
    const membership = membershipOf(['a', 'b', 'c']);
    bench.hearAppend('b', {
      prevIndex: 1,
      prevTerm: 1,
      entries: [{ index: 2, term: 1, kind: 'config', membership }],
    });
    expect(bench.status.role).toBe('follower');
    expect(bench.raft.deadline).toBe(bench.now + 150);
    bench.hearAppend('c', { prevIndex: 1, prevTerm: 1, entries: [dataEntry(2, 2)] }, 2);
    expect(bench.status.role).toBe('learner');
    expect(bench.raft.deadline).toBeUndefined();
  });

  test('a new leader says of nobody that it has heard it before it has', () => {
    const bench = new Bench();
    bench.elect();
    expect(bench.status.active).toEqual(['a']);
    bench.acknowledge('c', 2);
    expect(bench.status.active).toEqual(['a', 'c']);
  });

  test('a leader says which members it has heard within an election timeout', () => {
    const bench = leading();
    expect(bench.status.active).toEqual(['a', 'b', 'c']);
    for (let beat = 0; beat < 6; beat += 1) {
      bench.wait();
      bench.acknowledge('b', 2, 1 + beat);
    }
    expect(bench.status.active).toEqual(['a', 'b']);
  });
});
