/**
 * One test a normative sentence of "In Search of an Understandable Consensus Algorithm (Extended Version)", Ongaro & Ousterhout
 * ("paper"), and of the parts of Ongaro's dissertation "Consensus: Bridging Theory and Practice" that this core follows.
 * The member on the bench is `a`; `b`, `c`, … exist as messages only.
 */
import { describe, expect, test } from '@jest/globals';
import { Bench, dataEntry, memberCalled, membershipOf, ofType } from './testing/bench.ts';
import type { Entry } from './types.ts';

const voteRequest = (
  lastIndex: number,
  lastTerm: number,
  more: { readonly pre?: boolean; readonly transfer?: boolean } = {},
) => ({
  type: 'vote-request' as const,
  pre: more.pre ?? false,
  transfer: more.transfer ?? false,
  lastIndex,
  lastTerm,
});

const appended = (caused: {
  readonly persists: readonly { readonly entries: readonly Entry[] }[];
}) => caused.persists.flatMap(({ entries }) => entries);

const chunk = (
  index: number,
  snapshotTerm: number,
  part: { readonly offset: number; readonly bytes: Uint8Array; readonly done: boolean },
) => ({
  type: 'snapshot-chunk' as const,
  index,
  snapshotTerm,
  membership: membershipOf(['a', 'b', 'c', 'd']),
  hash: 77,
  round: 1,
  ...part,
});

describe('paper §5.1, terms', () => {
  test('if one server’s current term is smaller than the other’s, it updates its current term to the larger value', () => {
    const bench = new Bench();
    bench.hearAppend('b', { prevIndex: 1, prevTerm: 1 }, 5);
    expect(bench.status.term).toBe(5);
  });

  test('the current term increases monotonically: a message of an earlier term never lowers it', () => {
    const bench = new Bench({ hardState: { term: 7, votedFor: undefined, commit: 1 } });
    bench.hearAppend('b', { prevIndex: 1, prevTerm: 1 }, 3);
    bench.hear('b', voteRequest(9, 9), 3);
    bench.hear('b', { type: 'timeout-now' }, 3);
    expect(bench.status.term).toBe(7);
  });

  test('a candidate that discovers that its term is out of date immediately reverts to follower state', () => {
    const bench = new Bench();
    bench.wait();
    bench.grant('b', true);
    expect(bench.status.role).toBe('candidate');
    bench.hear('c', { type: 'vote-response', pre: false, granted: false }, 9);
    expect(bench.status).toMatchObject({ role: 'follower', term: 9 });
  });

  test('a leader that discovers that its term is out of date immediately reverts to follower state', () => {
    const bench = new Bench();
    bench.elect();
    expect(bench.status.role).toBe('leader');
    const refusal = { ok: false, index: 0, conflictTerm: 0, round: 0 };
    bench.hear('c', { type: 'append-response', ...refusal }, 9);
    expect(bench.status).toMatchObject({ role: 'follower', term: 9 });
  });

  test('a server that receives a request with a stale term number rejects the request', () => {
    const bench = new Bench({ hardState: { term: 7, votedFor: undefined, commit: 1 } });
    const append = bench.hearAppend(
      'b',
      { prevIndex: 1, prevTerm: 1, entries: [dataEntry(2, 3)] },
      3,
    );
    expect(ofType(append, 'append-response')).toMatchObject([{ ok: false, term: 7, to: 'b' }]);
    const vote = bench.hear('b', voteRequest(9, 6), 6);
    expect(ofType(vote, 'vote-response')).toMatchObject([{ granted: false, term: 7, to: 'b' }]);
    expect(bench.status.lastIndex).toBe(1);
  });
});

describe('paper §5.2, leader election', () => {
  test('when servers start up, they begin as followers', () => {
    expect(new Bench().status).toMatchObject({ role: 'follower', leader: undefined });
  });

  test('a server remains in follower state as long as it receives valid RPCs from a leader', () => {
    const bench = new Bench();
    for (let beat = 0; beat < 50; beat += 1) {
      bench.now += 100;
      bench.hearAppend('b', { prevIndex: 1, prevTerm: 1 });
      bench.feed({ type: 'tick' });
    }
    expect(bench.status).toMatchObject({ role: 'follower', term: 1, leader: 'b' });
  });

  test('a server remains in follower state while it grants votes to candidates', () => {
    const bench = new Bench();
    bench.now += 149;
    bench.hear('b', voteRequest(1, 1), 2);
    const caused = bench.pass(100);
    expect(caused.messages).toEqual([]);
    expect(bench.raft.deadline).toBe(1_000 + 149 + 150);
  });

  test('if a follower receives no communication over a period of time called the election timeout, it begins an election', () => {
    const bench = new Bench();
    expect(bench.pass(149).messages).toEqual([]);
    expect(ofType(bench.pass(1), 'vote-request')).toMatchObject([
      { to: 'b', pre: true },
      { to: 'c', pre: true },
    ]);
  });

  test('to begin an election, a follower increments its current term and transitions to candidate state', () => {
    const bench = new Bench();
    bench.wait();
    expect(bench.grant('b', true).transitions).toEqual([
      { role: 'candidate', term: 2, leader: undefined, lastIndex: 1 },
    ]);
  });

  test('it then votes for itself and issues RequestVote RPCs in parallel to each of the other servers', () => {
    const bench = new Bench({ voters: ['a', 'b', 'c', 'd', 'e'] });
    bench.wait();
    bench.grant('b', true);
    const caused = bench.grant('c', true);
    expect(caused.persists[0]?.hardState).toMatchObject({ term: 2, votedFor: 'a' });
    expect(ofType(caused, 'vote-request').map(({ to }) => to)).toEqual(['b', 'c', 'd', 'e']);
  });

  test('a candidate wins an election if it receives votes from a majority of the servers in the full cluster', () => {
    const bench = new Bench({ voters: ['a', 'b', 'c', 'd', 'e'] });
    bench.wait();
    bench.grant('b', true);
    bench.grant('c', true);
    bench.grant('b', false);
    expect(bench.status.role).toBe('candidate');
    bench.grant('c', false);
    expect(bench.status).toMatchObject({ role: 'leader', leader: 'a', term: 2 });
  });

  test('… for the same term: votes of an earlier election do not count', () => {
    const bench = new Bench();
    bench.wait();
    bench.grant('b', true);
    bench.wait();
    bench.grant('b', true);
    expect(bench.status).toMatchObject({ role: 'candidate', term: 3 });
    bench.hear('b', { type: 'vote-response', pre: false, granted: true }, 2);
    expect(bench.status.role).toBe('candidate');
  });

  test('a majority is of servers: the same vote, delivered twice, counts once', () => {
    const bench = new Bench({ voters: ['a', 'b', 'c', 'd', 'e'] });
    bench.wait();
    bench.grant('b', true);
    bench.grant('c', true);
    bench.grant('b', false);
    bench.grant('b', false);
    expect(bench.status.role).toBe('candidate');
  });

  test('votes of servers that are not voters do not count', () => {
    const bench = new Bench({ voters: ['a', 'b', 'c'], learners: ['l'] });
    bench.wait();
    bench.grant('b', true);
    bench.grant('l', false);
    bench.grant('stranger', false);
    expect(bench.status.role).toBe('candidate');
  });

  test('each server will vote for at most one candidate in a given term, on a first-come-first-served basis', () => {
    const bench = new Bench();
    const first = bench.hear('b', voteRequest(1, 1), 2);
    const second = bench.hear('c', voteRequest(1, 1), 2);
    const again = bench.hear('b', voteRequest(1, 1), 2);
    expect(ofType(first, 'vote-response')).toMatchObject([{ to: 'b', granted: true, term: 2 }]);
    expect(ofType(second, 'vote-response')).toMatchObject([{ to: 'c', granted: false, term: 2 }]);
    expect(ofType(again, 'vote-response')).toMatchObject([{ to: 'b', granted: true, term: 2 }]);
  });

  test('… also when it was a candidate in that term and recognised another leader since', () => {
    const bench = new Bench();
    bench.wait();
    bench.grant('b', true);
    bench.hearAppend('b', { prevIndex: 1, prevTerm: 1 });
    expect(bench.status).toMatchObject({ role: 'follower', leader: 'b', term: 2 });
    const caused = bench.hear('c', voteRequest(9, 1));
    expect(ofType(caused, 'vote-response')).toMatchObject([{ granted: false }]);
  });

  test('… also after a restart', () => {
    const bench = new Bench({ hardState: { term: 2, votedFor: 'b', commit: 1 } });
    expect(ofType(bench.hear('c', voteRequest(9, 2)), 'vote-response')).toMatchObject([
      { granted: false },
    ]);
    expect(ofType(bench.hear('b', voteRequest(9, 2)), 'vote-response')).toMatchObject([
      { granted: true },
    ]);
  });

  test('once a candidate wins an election, it sends heartbeat messages to all of the other servers', () => {
    const bench = new Bench();
    expect(ofType(bench.elect(), 'append').map(({ to }) => to)).toEqual(['b', 'c']);
  });

  test('leaders send periodic heartbeats to all followers in order to maintain their authority', () => {
    const bench = new Bench();
    bench.elect();
    bench.acknowledge('b', 2);
    bench.acknowledge('c', 2);
    for (let beat = 0; beat < 3; beat += 1) {
      const caused = bench.wait();
      expect(ofType(caused, 'append')).toMatchObject([
        { to: 'b', entries: [], prevIndex: 2 },
        { to: 'c', entries: [], prevIndex: 2 },
      ]);
      bench.acknowledge('b', 2, 2 + beat);
    }
    expect(bench.now).toBe(1_000 + 150 + 3 * 50);
  });

  test('a candidate that receives an AppendEntries of a term at least as large as its own recognises the leader and returns to follower state', () => {
    for (const term of [2, 3]) {
      const bench = new Bench();
      bench.wait();
      bench.grant('b', true);
      bench.hearAppend('b', { prevIndex: 1, prevTerm: 1 }, term);
      expect(bench.status).toMatchObject({ role: 'follower', leader: 'b', term });
    }
  });

  test('if the term in the RPC is smaller, the candidate rejects the RPC and continues in candidate state', () => {
    const bench = new Bench();
    bench.wait();
    bench.grant('b', true);
    const caused = bench.hearAppend('c', { prevIndex: 1, prevTerm: 1 }, 1);
    expect(ofType(caused, 'append-response')).toMatchObject([{ ok: false, term: 2 }]);
    expect(bench.status).toMatchObject({ role: 'candidate', term: 2 });
  });

  test('when votes are split, each candidate will time out and start a new election by incrementing its term', () => {
    const bench = new Bench();
    bench.wait();
    bench.grant('b', true);
    bench.hear('b', { type: 'vote-response', pre: false, granted: false });
    bench.hear('c', { type: 'vote-response', pre: false, granted: false });
    bench.wait();
    bench.grant('b', true);
    expect(bench.status).toMatchObject({ role: 'candidate', term: 3 });
  });

  test('election timeouts are chosen randomly from a fixed interval, anew at the start of an election', () => {
    const bench = new Bench();
    expect(bench.raft.deadline).toBe(1_150);
    bench.draw = 149;
    bench.wait();
    expect(bench.raft.deadline).toBe(1_150 + 299);
    bench.draw = 60;
    bench.grant('b', true);
    expect(bench.raft.deadline).toBe(1_150 + 210);
    expect(bench.draws).toEqual(['election-timeout', 'election-timeout', 'election-timeout']);
  });
});

describe('paper §5.3, log replication', () => {
  test('the leader appends the command to its log as a new entry, then issues AppendEntries RPCs in parallel to each of the other servers', () => {
    const bench = new Bench();
    bench.elect();
    bench.acknowledge('b', 2);
    bench.acknowledge('c', 2);
    const caused = bench.propose(8);
    const entry = { index: 3, term: 2, kind: 'data', data: Uint8Array.of(8) };
    expect(appended(caused)).toEqual([entry]);
    expect(ofType(caused, 'append')).toMatchObject([
      { to: 'b', prevIndex: 2, prevTerm: 2, entries: [entry] },
      { to: 'c', prevIndex: 2, prevTerm: 2, entries: [entry] },
    ]);
  });

  test('when the entry has been safely replicated, the leader applies it and returns the result to the client', () => {
    const bench = new Bench();
    bench.elect();
    bench.acknowledge('b', 2);
    expect(bench.propose(8).proposals).toEqual([]);
    const caused = bench.acknowledge('b', 3);
    expect(caused.committed).toMatchObject([{ index: 3, kind: 'data' }]);
    expect(caused.proposals).toEqual([{ proposal: 8, result: 'committed', index: 3 }]);
  });

  test('if packets are lost, the leader retries AppendEntries indefinitely until all followers store all log entries, even after it has responded to the client', () => {
    const bench = new Bench();
    bench.elect();
    bench.propose(8);
    bench.acknowledge('b', 3);
    expect(bench.status.commit).toBe(3);
    for (let beat = 0; beat < 20; beat += 1) {
      const caused = bench.wait();
      bench.acknowledge('b', 3, 2 + beat);
      expect(ofType(caused, 'append').filter(({ to }) => to === 'c')).toMatchObject([
        { prevIndex: 1, entries: [{ index: 2 }, { index: 3 }] },
      ]);
    }
  });

  test('a log entry is committed once the leader that created the entry has replicated it on a majority of the servers', () => {
    const bench = new Bench({ voters: ['a', 'b', 'c', 'd', 'e'] });
    bench.elect(['b', 'c']);
    bench.acknowledge('b', 2);
    expect(bench.status.commit).toBe(1);
    bench.acknowledge('c', 2);
    expect(bench.status.commit).toBe(2);
  });

  test('the same acknowledgement, delivered twice, counts once', () => {
    const bench = new Bench({ voters: ['a', 'b', 'c', 'd', 'e'] });
    bench.elect(['b', 'c']);
    bench.acknowledge('b', 2);
    bench.acknowledge('b', 2);
    expect(bench.status.commit).toBe(1);
  });

  test('this also commits all preceding entries in the leader’s log, including entries created by previous leaders', () => {
    const bench = new Bench({ terms: [1, 2, 2] });
    bench.elect();
    const caused = bench.acknowledge('b', 5);
    expect(caused.committed.map(({ index }) => index)).toEqual([2, 3, 4, 5]);
  });

  test('the leader includes the highest index it knows to be committed in future AppendEntries RPCs, including heartbeats', () => {
    const bench = new Bench();
    bench.elect();
    bench.acknowledge('b', 2);
    expect(ofType(bench.wait(), 'append')).toMatchObject([{ commit: 2 }, { commit: 2 }]);
    expect(ofType(bench.propose(8), 'append')).toMatchObject([{ commit: 2 }]);
  });

  test('once a follower learns that a log entry is committed, it applies the entry to its local state machine, in log order', () => {
    const bench = new Bench({ terms: [1, 1, 1] });
    bench.hearAppend('b', { prevIndex: 4, prevTerm: 1 });
    const caused = bench.hearAppend('b', { prevIndex: 4, prevTerm: 1, commit: 3 });
    expect(caused.committed.map(({ index }) => index)).toEqual([2, 3]);
    expect(bench.hearAppend('b', { prevIndex: 4, prevTerm: 1, commit: 4 }).committed).toMatchObject(
      [{ index: 4 }],
    );
  });

  test('a leader creates at most one entry with a given log index in a given term', () => {
    const bench = new Bench();
    bench.elect();
    const indexes = [1, 2, 3].flatMap((number) => appended(bench.propose(number)));
    expect(indexes.map(({ index }) => index)).toEqual([3, 4, 5]);
  });

  test('if the follower does not find an entry with the preceding index and term, it refuses the new entries', () => {
    const bench = new Bench({ terms: [1, 1] });
    const missing = bench.hearAppend('b', {
      prevIndex: 7,
      prevTerm: 1,
      entries: [dataEntry(8, 1)],
    });
    expect(ofType(missing, 'append-response')).toMatchObject([
      { ok: false, index: 3, conflictTerm: 1 },
    ]);
    const other = bench.hearAppend(
      'b',
      { prevIndex: 3, prevTerm: 2, entries: [dataEntry(4, 3)] },
      3,
    );
    expect(ofType(other, 'append-response')).toMatchObject([{ ok: false }]);
    expect(bench.status.lastIndex).toBe(3);
  });

  test('conflicting entries in follower logs will be overwritten with entries from the leader’s log', () => {
    const bench = new Bench({ terms: [1, 2, 2] });
    const entries = [dataEntry(3, 4), dataEntry(4, 4)];
    const caused = bench.hearAppend('b', { prevIndex: 2, prevTerm: 1, entries }, 4);
    expect(appended(caused)).toEqual(entries);
    expect(ofType(caused, 'append-response')).toMatchObject([{ ok: true, index: 4 }]);
    expect(bench.status.lastIndex).toBe(4);
  });

  test('when a leader first comes to power, it initializes all nextIndex values to the index just after the last one in its log', () => {
    const bench = new Bench({ terms: [1, 1, 1] });
    const caused = bench.elect();
    expect(ofType(caused, 'append')).toMatchObject([
      { prevIndex: 4, prevTerm: 1, entries: [{ index: 5, kind: 'noop' }] },
      { prevIndex: 4, prevTerm: 1, entries: [{ index: 5, kind: 'noop' }] },
    ]);
  });

  test('after a rejection, the leader decrements nextIndex and retries, until the logs match', () => {
    const bench = new Bench({ terms: [1, 2, 3] });
    bench.elect();
    const refusal = { type: 'append-response' as const, ok: false, round: 1 };
    const second = bench.hear('b', { ...refusal, index: 3, conflictTerm: 1 });
    expect(ofType(second, 'append')).toMatchObject([{ to: 'b', prevIndex: 2, prevTerm: 1 }]);
    const third = bench.acknowledge('b', 5);
    expect(third.messages).toEqual([]);
    expect(bench.status.commit).toBe(5);
  });

  test('the follower can include the term of the conflicting entry, so that one retry passes over all entries of that term', () => {
    // The leader's log ends in terms 4, 4, 4; the follower's in terms 2 and 3, which the leader never saw.
    const leader = new Bench({ terms: [1, 1, 4, 4, 4] });
    leader.elect();
    const caused = leader.hear('b', {
      type: 'append-response',
      ok: false,
      index: 5,
      conflictTerm: 3,
      round: 1,
    });
    expect(ofType(caused, 'append')).toMatchObject([{ prevIndex: 3, prevTerm: 1 }]);
    const follower = new Bench({ terms: [1, 1, 2, 3, 3] });
    const refused = follower.hearAppend('b', { prevIndex: 6, prevTerm: 2 }, 5);
    expect(ofType(refused, 'append-response')).toMatchObject([
      { ok: false, index: 4, conflictTerm: 2 },
    ]);
  });

  test('a leader never overwrites or deletes entries in its own log (Leader Append-Only)', () => {
    const bench = new Bench({ terms: [1, 1] });
    bench.elect();
    const before = bench.status.lastIndex;
    bench.hearAppend('b', { prevIndex: 1, prevTerm: 1, entries: [dataEntry(2, 2)] });
    expect(bench.status).toMatchObject({ role: 'leader', lastIndex: before });
  });
});

describe('paper §5.4, safety', () => {
  test.each([
    ['a later last term', 2, 2, 9, true],
    ['the same last term and the same length', 4, 2, 3, true],
    ['the same last term and a longer log', 5, 2, 3, true],
    ['the same last term and a shorter log', 3, 2, 3, false],
    ['an earlier last term, however long its log', 99, 1, 3, false],
  ])(
    '§5.4.1: the voter denies its vote if its own log is more up-to-date: %s',
    (_which, lastIndex, lastTerm, term, granted) => {
      const later = lastTerm === 2 && lastIndex === 2;
      for (const pre of [false, true]) {
        const bench = new Bench({ terms: later ? [1, 1, 1] : [1, 1, 2] });
        const caused = bench.hear('b', voteRequest(lastIndex, lastTerm, { pre }), term);
        expect(ofType(caused, 'vote-response')).toMatchObject([{ granted, pre }]);
      }
    },
  );

  test('§5.4.2: Raft never commits log entries from previous terms by counting replicas', () => {
    const bench = new Bench({ terms: [2, 2] });
    bench.elect();
    bench.acknowledge('b', 3);
    bench.acknowledge('c', 3);
    expect(bench.status.commit).toBe(1);
  });

  test('§5.4.2: once an entry from the current term has been committed, all prior entries are committed indirectly', () => {
    const bench = new Bench({ terms: [2, 2] });
    bench.elect();
    bench.acknowledge('b', 3);
    bench.acknowledge('b', 4);
    expect(bench.status.commit).toBe(4);
  });
});

describe('paper §5.5, follower and candidate crashes', () => {
  test('Raft handles failures by retrying indefinitely: a follower that was away is heard again and gets what it lacks', () => {
    const bench = new Bench({ config: { inflightMessagesMax: 100 } });
    bench.elect();
    bench.acknowledge('b', 2);
    bench.acknowledge('c', 2);
    for (let number = 1; number <= 10; number += 1) {
      bench.propose(number);
      bench.acknowledge('b', 2 + number, number);
      bench.wait();
    }
    const caused = bench.hear('c', {
      type: 'append-response',
      ok: false,
      index: 2,
      conflictTerm: 2,
      round: 10,
    });
    expect(ofType(caused, 'append')[0]).toMatchObject({ to: 'c', prevIndex: 2 });
  });

  test('Raft RPCs are idempotent: a follower ignores entries that are already present in its log', () => {
    const bench = new Bench();
    const append = { prevIndex: 1, prevTerm: 1, entries: [dataEntry(2, 1), dataEntry(3, 1)] };
    expect(appended(bench.hearAppend('b', append))).toHaveLength(2);
    const again = bench.hearAppend('b', append);
    expect(again.persists).toEqual([]);
    expect(ofType(again, 'append-response')).toMatchObject([{ ok: true, index: 3 }]);
  });
});

describe('paper, figure 2', () => {
  test('currentTerm and votedFor are updated on stable storage before responding to RPCs', () => {
    const bench = new Bench({ quickDisk: false });
    const asked = bench.hear('b', voteRequest(1, 1), 2);
    expect(asked.persists).toMatchObject([{ hardState: { term: 2, votedFor: 'b' } }]);
    expect(asked.messages).toEqual([]);
    expect(ofType(bench.finishPersist(), 'vote-response')).toMatchObject([{ granted: true }]);
  });

  test('log entries are updated on stable storage before responding to RPCs', () => {
    const bench = new Bench({ quickDisk: false });
    const asked = bench.hearAppend('b', { prevIndex: 1, prevTerm: 1, entries: [dataEntry(2, 1)] });
    expect(asked.persists).toMatchObject([{ entries: [{ index: 2 }] }]);
    expect(asked.messages).toEqual([]);
    // A retransmission does not slip past it either.
    const again = bench.hearAppend('b', { prevIndex: 1, prevTerm: 1, entries: [dataEntry(2, 1)] });
    expect(again.messages).toEqual([]);
    expect(ofType(bench.finishPersist(), 'append-response')).toMatchObject([
      { ok: true, index: 2 },
      { ok: true, index: 2 },
    ]);
  });

  test('a candidate asks for votes once its own is on stable storage, and counts it only then', () => {
    const bench = new Bench({ quickDisk: false, voters: ['a', 'b'] });
    bench.wait();
    const stands = bench.grant('b', true);
    expect(ofType(stands, 'vote-request')).toEqual([]);
    bench.grant('b', false);
    expect(bench.status.role).toBe('candidate');
    const caused = bench.finishPersist();
    expect(bench.status.role).toBe('leader');
    expect(caused.transitions).toEqual([{ role: 'leader', term: 2, leader: 'a', lastIndex: 1 }]);
  });

  test('AppendEntries 3: if an existing entry conflicts with a new one, delete it and all that follow it', () => {
    const bench = new Bench({ terms: [1, 2, 2, 2] });
    bench.hearAppend('b', { prevIndex: 2, prevTerm: 1, entries: [dataEntry(3, 3)] }, 3);
    expect(bench.status.lastIndex).toBe(3);
  });

  test('AppendEntries 3: entries that do not conflict stay, also behind a shorter, late append', () => {
    const bench = new Bench({ terms: [1, 1, 1, 1] });
    const caused = bench.hearAppend('b', { prevIndex: 1, prevTerm: 1, entries: [dataEntry(2, 1)] });
    expect(bench.status.lastIndex).toBe(5);
    expect(caused.persists).toEqual([]);
  });

  test('AppendEntries 4: append any new entries not already in the log', () => {
    const bench = new Bench({ terms: [1] });
    const entries = [dataEntry(2, 1), dataEntry(3, 1)];
    expect(appended(bench.hearAppend('b', { prevIndex: 1, prevTerm: 1, entries }))).toEqual([
      dataEntry(3, 1),
    ]);
  });

  test('AppendEntries 5: commitIndex = min(leaderCommit, index of last new entry)', () => {
    const bench = new Bench({ terms: [1, 2, 2] });
    bench.hearAppend('b', { prevIndex: 1, prevTerm: 1, entries: [dataEntry(2, 1)], commit: 4 }, 3);
    // Entries 3 and 4 may not be the leader's.
    expect(bench.status.commit).toBe(2);
  });

  test('AppendEntries 5: … if leaderCommit > commitIndex: it never goes back', () => {
    const bench = new Bench({ terms: [1, 1, 1] });
    bench.hearAppend('b', { prevIndex: 4, prevTerm: 1, commit: 4 });
    bench.hearAppend('b', { prevIndex: 4, prevTerm: 1, commit: 2 });
    bench.hearAppend('c', { prevIndex: 4, prevTerm: 1, commit: 1 }, 2);
    expect(bench.status.commit).toBe(4);
  });

  test('leaders: if last log index ≥ nextIndex for a follower, send AppendEntries with log entries starting at nextIndex', () => {
    const bench = new Bench();
    bench.elect();
    bench.propose(1);
    bench.propose(2);
    const caused = bench.acknowledge('b', 2);
    expect(ofType(caused, 'append')).toMatchObject([
      { to: 'b', prevIndex: 2, entries: [{ index: 3 }, { index: 4 }] },
    ]);
  });

  test('leaders: matchIndex increases monotonically, whatever order acknowledgements come in', () => {
    const bench = new Bench({ voters: ['a', 'b', 'c', 'd', 'e'] });
    bench.elect(['b', 'c']);
    bench.propose(1);
    bench.acknowledge('b', 3);
    bench.acknowledge('b', 2);
    bench.acknowledge('c', 3);
    expect(bench.status.commit).toBe(3);
  });
});

describe('paper §7, log compaction', () => {
  const image = Uint8Array.of(1, 2, 3);

  test('the snapshot includes the last included index and term, and the latest configuration as of that index', () => {
    const bench = new Bench({ terms: [1, 1], learners: ['l'] });
    bench.elect();
    bench.acknowledge('b', 4);
    bench.feed({ type: 'propose-config', proposal: 1, change: { kind: 'remove', id: 'l' } });
    bench.acknowledge('b', 5);
    const caused = bench.feed({ type: 'compact', index: 3, data: image });
    expect(caused.persists[0]?.snapshot).toEqual({
      index: 3,
      term: 1,
      membership: membershipOf(['a', 'b', 'c'], ['l']),
      hash: expect.any(Number),
      data: image,
    });
  });

  test('the leader sends a snapshot when it has already discarded the next log entry that it needs to send', () => {
    const bench = new Bench({ terms: [1, 1, 1, 1, 1], config: { trailingEntries: 0 } });
    bench.elect();
    bench.acknowledge('b', 7);
    bench.feed({ type: 'compact', index: 7, data: image });
    const caused = bench.hear('c', {
      type: 'append-response',
      ok: false,
      index: 2,
      conflictTerm: 1,
      round: 1,
    });
    expect(caused.messages).toMatchObject([
      { type: 'snapshot-chunk', to: 'c', index: 7, offset: 0, bytes: image, done: true },
    ]);
  });

  test('figure 13: it is sent in chunks; reply and wait for more data chunks if done is false', () => {
    const bench = new Bench();
    const first = bench.hear('b', chunk(9, 1, { offset: 0, bytes: image, done: false }));
    expect(ofType(first, 'snapshot-response')).toMatchObject([{ offset: 3, installed: false }]);
    expect(first.installs).toEqual([]);
    const second = bench.hear('b', chunk(9, 1, { offset: 3, bytes: image, done: true }));
    expect(ofType(second, 'snapshot-response')).toMatchObject([{ offset: 6, installed: true }]);
    expect(second.installs).toMatchObject([{ index: 9, data: Uint8Array.of(1, 2, 3, 1, 2, 3) }]);
  });

  test('figure 13: chunks are written at the given offset: what arrives twice or too early is asked for again', () => {
    const bench = new Bench();
    const early = bench.hear('b', chunk(9, 1, { offset: 3, bytes: image, done: true }));
    expect(ofType(early, 'snapshot-response')).toMatchObject([{ offset: 0, installed: false }]);
    bench.hear('b', chunk(9, 1, { offset: 0, bytes: image, done: false }));
    const twice = bench.hear('b', chunk(9, 1, { offset: 0, bytes: image, done: false }));
    expect(ofType(twice, 'snapshot-response')).toMatchObject([{ offset: 3, installed: false }]);
  });

  test('figure 13: reply immediately if term < currentTerm', () => {
    const bench = new Bench({ hardState: { term: 5, votedFor: undefined, commit: 1 } });
    const caused = bench.hear('b', chunk(9, 1, { offset: 0, bytes: image, done: true }), 4);
    expect(caused.installs).toEqual([]);
    expect(caused.messages).toMatchObject([{ to: 'b', term: 5 }]);
  });

  test('if the snapshot contains new information, the follower discards its entire log; it is all superseded by the snapshot', () => {
    const bench = new Bench({ terms: [1, 1] });
    const caused = bench.hear('b', chunk(9, 1, { offset: 0, bytes: image, done: true }));
    expect(bench.status).toMatchObject({ firstIndex: 10, lastIndex: 9, commit: 9, applied: 9 });
    expect(bench.status.membership).toEqual(membershipOf(['a', 'b', 'c', 'd']));
    expect(caused.persists[0]?.snapshot).toMatchObject({ index: 9, term: 1, hash: 77 });
  });

  test('… also uncommitted entries of its own that conflict with it', () => {
    const bench = new Bench({ terms: [1, 2, 2] });
    const caused = bench.hear('b', chunk(3, 3, { offset: 0, bytes: image, done: true }), 3);
    expect(caused.installs).toMatchObject([{ index: 3, term: 3 }]);
    expect(bench.status.lastIndex).toBe(3);
  });

  test('if it describes a prefix of its log, entries following the snapshot are still valid and must be retained', () => {
    const bench = new Bench({ terms: [1, 1, 1] });
    const caused = bench.hear('b', chunk(3, 1, { offset: 0, bytes: image, done: true }));
    expect(caused.installs).toEqual([]);
    expect(caused.committed.map(({ index }) => index)).toEqual([1, 2, 3]);
    expect(bench.status).toMatchObject({ lastIndex: 4, commit: 3 });
    expect(ofType(caused, 'snapshot-response')).toMatchObject([{ index: 3, installed: true }]);
  });

  test('a snapshot is durable before the follower says that it is installed', () => {
    const bench = new Bench({ quickDisk: false });
    const caused = bench.hear('b', chunk(9, 1, { offset: 0, bytes: image, done: true }));
    expect(caused.messages).toEqual([]);
    expect(ofType(bench.finishPersist(), 'snapshot-response')).toMatchObject([{ installed: true }]);
  });
});

describe('paper §8, client interaction', () => {
  test('each leader commits a blank no-op entry into the log at the start of its term', () => {
    const bench = new Bench();
    expect(appended(bench.elect())).toEqual([{ index: 2, term: 2, kind: 'noop' }]);
  });

  test('a leader exchanges heartbeat messages with a majority of the cluster before responding to read-only requests', () => {
    const bench = new Bench();
    bench.elect();
    bench.acknowledge('b', 2);
    const asked = bench.feed({ type: 'read', read: 5 });
    expect(asked.reads).toEqual([]);
    const [beat] = ofType(asked, 'append');
    expect(beat).toMatchObject({ entries: [] });
    const caused = bench.acknowledge('c', 2, beat?.round ?? 0);
    expect(caused.reads).toEqual([{ read: 5, result: 'ready', index: 2 }]);
  });
});

describe('dissertation §6.4, read-only queries', () => {
  test('if the leader has not yet committed an entry from its current term, it waits until it has done so', () => {
    const bench = new Bench({ terms: [1, 1] });
    bench.elect();
    expect(bench.feed({ type: 'read', read: 5 }).messages).toEqual([]);
    const committed = bench.acknowledge('b', 4);
    const [beat] = ofType(committed, 'append');
    expect(committed.reads).toEqual([]);
    expect(bench.acknowledge('b', 4, beat?.round).reads).toEqual([
      { read: 5, result: 'ready', index: 4 },
    ]);
  });

  test('the round must have begun after the read came: acknowledgements of earlier ones do not count', () => {
    const bench = new Bench();
    bench.elect();
    bench.acknowledge('b', 2);
    const [old] = ofType(bench.wait(), 'append');
    bench.feed({ type: 'read', read: 5 });
    expect(bench.acknowledge('b', 2, old?.round).reads).toEqual([]);
    expect(bench.acknowledge('c', 2, old?.round).reads).toEqual([]);
  });

  test('a refusal of this term confirms the leader as well as an acknowledgement does', () => {
    const bench = new Bench();
    bench.elect();
    bench.acknowledge('b', 2);
    const [beat] = ofType(bench.feed({ type: 'read', read: 5 }), 'append');
    const caused = bench.hear('c', {
      type: 'append-response',
      ok: false,
      index: 1,
      conflictTerm: 1,
      round: beat?.round ?? 0,
    });
    expect(caused.reads).toMatchObject([{ read: 5, result: 'ready' }]);
  });

  test('the answer to a leader of the past is of no round, as that one may lead again and have come to the same number', () => {
    const bench = new Bench({ hardState: { term: 7, votedFor: 'b', commit: 1 } });
    const outdated = bench.hearAppend('b', { prevIndex: 1, prevTerm: 1, round: 9 }, 3);
    expect(ofType(outdated, 'append-response')).toMatchObject([{ ok: false, term: 7, round: 0 }]);
  });

  test('one round serves any number of reads that have accumulated', () => {
    const bench = new Bench();
    bench.elect();
    bench.acknowledge('b', 2);
    const [first] = ofType(bench.feed({ type: 'read', read: 1 }), 'append');
    expect(bench.feed({ type: 'read', read: 2 }).messages).toEqual([]);
    expect(bench.feed({ type: 'read', read: 3 }).messages).toEqual([]);
    const next = bench.acknowledge('b', 2, first?.round);
    expect(next.reads).toMatchObject([{ read: 1 }]);
    const [second] = ofType(next, 'append');
    expect(second?.round).toBeGreaterThan(first?.round ?? 0);
    expect(bench.acknowledge('c', 2, second?.round).reads).toMatchObject([
      { read: 2 },
      { read: 3 },
    ]);
  });

  test('a leader that is deposed meanwhile refuses what it has not confirmed', () => {
    const bench = new Bench();
    bench.elect();
    bench.acknowledge('b', 2);
    bench.feed({ type: 'read', read: 1 });
    bench.feed({ type: 'read', read: 2 });
    const caused = bench.hearAppend('c', { prevIndex: 1, prevTerm: 1 }, 3);
    expect(caused.reads).toMatchObject([
      { read: 1, result: 'refused' },
      { read: 2, result: 'refused' },
    ]);
  });

  test('followers do not answer reads by themselves', () => {
    expect(new Bench().feed({ type: 'read', read: 1 }).reads).toEqual([
      { read: 1, result: 'refused', why: 'this node is not the leader' },
    ]);
  });
});

describe('dissertation §6.2, CheckQuorum', () => {
  test('a leader steps down if an election timeout elapses without a round of heartbeats to a majority', () => {
    const bench = new Bench({ voters: ['a', 'b', 'c', 'd', 'e'] });
    bench.elect(['b', 'c']);
    const electedAt = bench.now;
    while (bench.status.role === 'leader') {
      bench.wait();
      bench.acknowledge('b', 1, 1);
    }
    expect(bench.now - electedAt).toBe(300);
    expect(bench.status).toMatchObject({ role: 'follower', leader: undefined, term: 2 });
  });

  test('… and not as long as a majority is heard', () => {
    const bench = new Bench({ voters: ['a', 'b', 'c', 'd', 'e'] });
    bench.elect(['b', 'c']);
    for (let beat = 0; beat < 40; beat += 1) {
      bench.wait();
      bench.acknowledge('b', 2, 1);
      bench.acknowledge('c', 2, 1);
    }
    expect(bench.status.role).toBe('leader');
  });

  test('proposals under way are then lost, which is not to say that they will not be committed', () => {
    const bench = new Bench();
    bench.elect();
    bench.propose(4);
    bench.now += 1_000;
    const caused = bench.feed({ type: 'tick' });
    expect(caused.proposals).toEqual([{ proposal: 4, result: 'lost' }]);
    expect(bench.propose(5).proposals).toEqual([
      { proposal: 5, result: 'refused', why: 'this node is not the leader' },
    ]);
  });
});

describe('dissertation §4.2.3 and §9.6, disruptive servers and PreVote', () => {
  test('a candidate only increments its term if it first learns from a majority of the cluster that they would be willing to grant it their votes', () => {
    const bench = new Bench({ voters: ['a', 'b', 'c', 'd', 'e'] });
    for (let round = 0; round < 20; round += 1) {
      bench.wait();
      bench.grant('b', true);
    }
    expect(bench.status).toMatchObject({ role: 'follower', term: 1 });
    expect(bench.grant('c', true).transitions).toMatchObject([{ role: 'candidate', term: 2 }]);
  });

  test('asking and answering a PreVote changes neither term nor vote', () => {
    const bench = new Bench();
    const caused = bench.hear('b', voteRequest(1, 1, { pre: true }), 8);
    expect(ofType(caused, 'vote-response')).toMatchObject([{ granted: true, pre: true, term: 8 }]);
    expect(caused.persists).toEqual([]);
    expect(bench.status.term).toBe(1);
    const vote = bench.hear('c', voteRequest(1, 1), 2);
    expect(ofType(vote, 'vote-response')).toMatchObject([{ granted: true }]);
  });

  test('a PreVote for a term that is not later is refused', () => {
    const bench = new Bench({ hardState: { term: 4, votedFor: undefined, commit: 1 } });
    const caused = bench.hear('b', voteRequest(9, 4, { pre: true }), 4);
    expect(ofType(caused, 'vote-response')).toMatchObject([{ granted: false, term: 4 }]);
  });

  test.each([true, false])(
    'if a server receives a RequestVote within the minimum election timeout of hearing from a current leader, it neither updates its term nor grants its vote (PreVote: %s)',
    (pre) => {
      const bench = new Bench();
      bench.hearAppend('b', { prevIndex: 1, prevTerm: 1 });
      bench.now += 149;
      expect(bench.hear('c', voteRequest(9, 9, { pre }), 9).messages).toEqual([]);
      expect(bench.status).toMatchObject({ term: 1, leader: 'b' });
      bench.now += 1;
      expect(ofType(bench.hear('c', voteRequest(9, 9, { pre }), 9), 'vote-response')).toMatchObject(
        [{ granted: true }],
      );
    },
  );

  test('a leader that hears a quorum is not deposed by a candidate of a later term', () => {
    const bench = new Bench();
    bench.elect();
    expect(bench.hear('c', voteRequest(9, 9), 9).messages).toEqual([]);
    expect(bench.status).toMatchObject({ role: 'leader', term: 2 });
  });

  test('a server that is told to stand by its leader says so, and is answered although a leader is heard (§3.10)', () => {
    const bench = new Bench();
    bench.hearAppend('b', { prevIndex: 1, prevTerm: 1 });
    const caused = bench.hear('c', voteRequest(1, 1, { transfer: true }), 2);
    expect(ofType(caused, 'vote-response')).toMatchObject([{ granted: true, term: 2 }]);
  });
});

describe('dissertation §3.10, leadership transfer', () => {
  const leading = (): Bench => {
    const bench = new Bench();
    bench.elect();
    bench.acknowledge('b', 2);
    bench.acknowledge('c', 2);
    return bench;
  };

  test('the prior leader stops accepting new client requests', () => {
    const bench = leading();
    bench.feed({ type: 'transfer', to: 'b' });
    expect(bench.propose(9).proposals).toEqual([
      { proposal: 9, result: 'refused', why: 'the leadership is being handed over' },
    ]);
  });

  test('it fully updates the target server’s log to match its own, and then sends TimeoutNow', () => {
    const bench = leading();
    bench.propose(9);
    expect(ofType(bench.feed({ type: 'transfer', to: 'b' }), 'timeout-now')).toEqual([]);
    expect(ofType(bench.acknowledge('c', 3), 'timeout-now')).toEqual([]);
    expect(ofType(bench.acknowledge('b', 3), 'timeout-now')).toMatchObject([{ to: 'b', term: 2 }]);
  });

  test('TimeoutNow has the same effect as the election timer firing: the target starts a new election at once', () => {
    const bench = new Bench();
    bench.hearAppend('b', { prevIndex: 1, prevTerm: 1 });
    const caused = bench.hear('b', { type: 'timeout-now' });
    expect(bench.status).toMatchObject({ role: 'candidate', term: 2 });
    expect(ofType(caused, 'vote-request')).toMatchObject([
      { to: 'b', pre: false, transfer: true },
      { to: 'c', pre: false, transfer: true },
    ]);
  });

  test('if it does not complete after about an election timeout, the prior leader aborts and resumes accepting requests', () => {
    const bench = leading();
    bench.feed({ type: 'transfer', to: 'b' });
    const begun = bench.now;
    for (let beat = 0; bench.now < begun + 300; beat += 1) {
      bench.wait();
      bench.acknowledge('c', 2, 1 + beat);
    }
    expect(bench.propose(9).proposals).toEqual([]);
    expect(bench.status).toMatchObject({ role: 'leader', lastIndex: 3 });
  });

  test('a TimeoutNow that comes late, after a later term began, does nothing', () => {
    const bench = new Bench();
    bench.hearAppend('b', { prevIndex: 1, prevTerm: 1 }, 5);
    expect(bench.hear('c', { type: 'timeout-now' }, 4).messages).toEqual([]);
    expect(bench.status).toMatchObject({ role: 'follower', term: 5 });
  });

  test('learners and strangers are no targets', () => {
    const bench = new Bench({ learners: ['l'] });
    bench.elect();
    bench.acknowledge('b', 2);
    for (const to of ['l', 'x', 'a']) bench.feed({ type: 'transfer', to });
    expect(bench.propose(9).proposals).toEqual([]);
  });
});

describe('dissertation §4, cluster membership changes', () => {
  const change = (bench: Bench, proposal: number, kind: 'promote' | 'remove', id: string) =>
    bench.feed({ type: 'propose-config', proposal, change: { kind, id } });

  const leading = (voters = ['a', 'b', 'c'], learners: string[] = []): Bench => {
    const bench = new Bench({ voters, learners });
    bench.elect(voters.slice(1));
    for (const id of voters.slice(1)) bench.acknowledge(id, 2);
    return bench;
  };

  test('§4.1: a server always uses the latest configuration in its log, regardless of whether the entry is committed: the leader', () => {
    const bench = leading(['a', 'b', 'c', 'd']);
    change(bench, 1, 'remove', 'd');
    expect(bench.status).toMatchObject({ membership: membershipOf(['a', 'b', 'c'], [], ['d']) });
    expect(bench.status.commit).toBe(2);
    // Two of three are a majority of the new configuration, two of four were none of the old one.
    bench.acknowledge('b', 3);
    expect(bench.status.commit).toBe(3);
  });

  test('§4.1: … a follower', () => {
    const bench = new Bench();
    const membership = membershipOf(['a', 'b', 'c', 'd']);
    const entry: Entry = { index: 2, term: 1, kind: 'config', membership };
    bench.hearAppend('b', { prevIndex: 1, prevTerm: 1, entries: [entry] });
    expect(bench.status).toMatchObject({ commit: 1, membership });
  });

  test('§4.1: a server must be prepared to fall back to the previous configuration if the entry is overwritten', () => {
    const bench = new Bench();
    const before = bench.status.membership;
    const membership = membershipOf(['a', 'b', 'c', 'd']);
    const entry: Entry = { index: 2, term: 1, kind: 'config', membership };
    bench.hearAppend('b', { prevIndex: 1, prevTerm: 1, entries: [entry] });
    bench.hearAppend('c', { prevIndex: 1, prevTerm: 1, entries: [dataEntry(2, 2)] }, 2);
    expect(bench.status.membership).toEqual(before);
  });

  test('§4.1: only one configuration change may be under way at a time', () => {
    const bench = leading(['a', 'b', 'c', 'd']);
    change(bench, 1, 'remove', 'd');
    expect(change(bench, 2, 'remove', 'c').proposals).toEqual([
      { proposal: 2, result: 'refused', why: 'another change of the membership is under way' },
    ]);
    bench.acknowledge('b', 3);
    expect(change(bench, 3, 'remove', 'c').proposals).toEqual([]);
  });

  test('a leader may not begin a change before it has committed an entry of its current term (Ongaro, raft-dev, 2015)', () => {
    const bench = new Bench({ voters: ['a', 'b', 'c', 'd'] });
    bench.elect(['b', 'c']);
    expect(change(bench, 1, 'remove', 'd').proposals).toEqual([
      {
        proposal: 1,
        result: 'refused',
        why: 'the leader has not committed an entry of its own term yet',
      },
    ]);
    bench.acknowledge('b', 2);
    bench.acknowledge('c', 2);
    expect(change(bench, 2, 'remove', 'd').proposals).toEqual([]);
  });

  test('§4.2.1: a new server joins as a non-voting member: it gets the log and is not counted towards majorities', () => {
    const bench = leading();
    const { nodeId, address } = memberCalled('d');
    const caused = bench.feed({
      type: 'propose-config',
      proposal: 1,
      change: { kind: 'add-learner', member: { id: 'd', nodeId, address } },
    });
    expect(bench.status.membership).toEqual(membershipOf(['a', 'b', 'c'], ['d']));
    expect(ofType(caused, 'append').map(({ to }) => to)).toEqual(['b', 'c', 'd']);
    bench.acknowledge('d', 3);
    expect(bench.status.commit).toBe(2);
    bench.acknowledge('b', 3);
    expect(bench.status.commit).toBe(3);
  });

  test('§4.2.1: it is promoted once the last round of catching up took less than an election timeout, and not before', () => {
    const bench = leading(['a', 'b', 'c'], ['d']);
    const refused = { proposal: 1, result: 'refused', why: 'd has not caught up with the log yet' };
    expect(change(bench, 1, 'promote', 'd').proposals).toEqual([refused]);
    bench.now += 200;
    bench.acknowledge('b', 2);
    bench.acknowledge('d', 2);
    // The first round was slow: it took 200 ms.
    expect(change(bench, 1, 'promote', 'd').proposals).toEqual([refused]);
    bench.now += 10;
    bench.acknowledge('d', 2);
    expect(change(bench, 2, 'promote', 'd').proposals).toEqual([]);
    expect(bench.status.membership).toEqual(membershipOf(['a', 'b', 'c', 'd']));
  });

  test('§4.2.1: one that had caught up and has not been heard since is not promoted', () => {
    const bench = leading(['a', 'b', 'c'], ['d']);
    bench.acknowledge('d', 2);
    for (let beat = 0; beat < 6; beat += 1) {
      bench.wait();
      bench.acknowledge('b', 2, 1 + beat);
    }
    expect(change(bench, 1, 'promote', 'd').proposals).toMatchObject([{ result: 'refused' }]);
  });

  test('§4.2.2: a leader that is removed from the configuration steps down once the entry is committed, and does not count itself meanwhile', () => {
    const bench = leading(['a', 'b', 'c']);
    change(bench, 1, 'remove', 'a');
    bench.acknowledge('b', 3);
    expect(bench.status).toMatchObject({ role: 'leader', commit: 2 });
    const caused = bench.acknowledge('c', 3);
    expect(caused.committed).toMatchObject([{ index: 3 }]);
    expect(bench.status).toMatchObject({ role: 'learner', removed: true });
    expect(caused.proposals).toEqual([{ proposal: 1, result: 'committed', index: 3 }]);
    // The others learn at once that it is committed, and one of them is told to take over.
    expect(ofType(caused, 'append')).toMatchObject([{ commit: 3 }, { commit: 3 }]);
    expect(ofType(caused, 'timeout-now')).toHaveLength(1);
    expect(bench.raft.deadline).toBeUndefined();
  });

  test('§4.2.2: a server that is not part of its own latest configuration still starts elections until that is committed', () => {
    const bench = leading(['a', 'b']);
    change(bench, 1, 'remove', 'a');
    while (bench.status.role === 'leader') bench.wait();
    expect(bench.status.role).toBe('follower');
    bench.wait();
    bench.grant('b', true);
    expect(bench.status).toMatchObject({ role: 'candidate', term: 3 });
    // Its own vote is none of the new configuration; the one of `b` is all of it.
    bench.grant('b', false);
    expect(bench.status.role).toBe('leader');
  });

  test('§4.2.2: the last voter is not removed', () => {
    const bench = new Bench({ voters: ['a'] });
    bench.wait();
    expect(bench.status.role).toBe('leader');
    expect(change(bench, 1, 'remove', 'a').proposals).toEqual([
      { proposal: 1, result: 'refused', why: 'a is the last voter' },
    ]);
  });

  test('§4.2.3: a removed server does not disturb: it is told that it is removed, and its term is not adopted', () => {
    const bench = leading(['a', 'b', 'c', 'd']);
    change(bench, 1, 'remove', 'd');
    bench.acknowledge('b', 3);
    for (const pre of [true, false]) {
      const caused = bench.hear('d', voteRequest(99, 99, { pre, transfer: !pre }), 99);
      expect(caused.messages).toEqual([{ type: 'removed', from: 'a', to: 'd', term: 2 }]);
    }
    expect(bench.status).toMatchObject({ role: 'leader', term: 2 });
  });

  test('§4.2.3: … but not while the change is not committed, for it may still be undone', () => {
    const bench = new Bench({ voters: ['a', 'b', 'c', 'd'] });
    const membership = membershipOf(['a', 'b', 'c'], [], ['d']);
    const entry: Entry = { index: 2, term: 1, kind: 'config', membership };
    bench.hearAppend('b', { prevIndex: 1, prevTerm: 1, entries: [entry] });
    bench.now += 500;
    expect(ofType(bench.hear('d', voteRequest(2, 1), 2), 'vote-response')).toMatchObject([
      { granted: true },
    ]);
  });

  test('a removed id is never taken back', () => {
    const bench = leading(['a', 'b', 'c', 'd']);
    change(bench, 1, 'remove', 'd');
    bench.acknowledge('b', 3);
    const { nodeId, address } = memberCalled('d');
    const caused = bench.feed({
      type: 'propose-config',
      proposal: 2,
      change: { kind: 'add-learner', member: { id: 'd', nodeId, address } },
    });
    expect(caused.proposals).toEqual([
      { proposal: 2, result: 'refused', why: 'd was removed from the cluster' },
    ]);
  });

  test('a member that is told that it was removed stops: it neither votes nor stands', () => {
    const bench = new Bench();
    bench.hear('b', { type: 'removed' }, 1);
    expect(bench.status).toMatchObject({ removed: true, role: 'learner' });
    expect(bench.raft.deadline).toBeUndefined();
    expect(bench.hear('c', voteRequest(9, 9), 9).messages).toEqual([]);
  });

  test('learners do not stand for election', () => {
    const bench = new Bench({ voters: ['b', 'c'], learners: ['a'] });
    expect(bench.status.role).toBe('learner');
    expect(bench.raft.deadline).toBeUndefined();
    bench.hear('b', { type: 'timeout-now' });
    expect(bench.status).toMatchObject({ role: 'learner', term: 1 });
  });

  test('learners vote when they are asked: the candidate may know already that they were promoted', () => {
    const bench = new Bench({ voters: ['b', 'c'], learners: ['a'] });
    const caused = bench.hear('b', voteRequest(1, 1), 2);
    expect(ofType(caused, 'vote-response')).toMatchObject([{ granted: true }]);
  });
});

describe('dissertation §10.2.1, writing to the leader’s disk in parallel', () => {
  test('the leader replicates an entry in parallel with writing it to its own disk', () => {
    const bench = new Bench({ quickDisk: false });
    bench.wait();
    bench.grant('b', true);
    bench.finishPersist();
    const caused = bench.grant('b', false);
    expect(caused.persists).toMatchObject([{ entries: [{ index: 2 }] }]);
    expect(ofType(caused, 'append')).toHaveLength(2);
  });

  test('it counts itself for an entry only once that is on its own disk', () => {
    const bench = new Bench({ quickDisk: false });
    bench.wait();
    bench.grant('b', true);
    bench.finishPersist();
    bench.grant('b', false);
    bench.acknowledge('b', 2);
    expect(bench.status.commit).toBe(1);
    bench.finishPersist();
    expect(bench.status.commit).toBe(2);
  });

  test('it may even commit an entry before it has been written to its own disk, if a majority of followers have', () => {
    const bench = new Bench({ quickDisk: false });
    bench.wait();
    bench.grant('b', true);
    bench.finishPersist();
    bench.grant('b', false);
    bench.acknowledge('b', 2);
    const caused: { readonly committed: readonly Entry[] } = bench.acknowledge('c', 2);
    expect(caused.committed).toMatchObject([{ index: 2 }]);
  });
});
