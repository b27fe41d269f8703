/** What the papers leave open and this core promises: when it asks to be woken. */
import { describe, expect, test } from '@jest/globals';
import { Bench } from './testing/bench.ts';

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
