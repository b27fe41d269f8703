/** What the papers leave open and this core promises: a member whose disk forgot what it acknowledged does no harm. */
import { describe, expect, test } from '@jest/globals';
import { Bench, ofType } from './testing/bench.ts';

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
    ['of the round of the acknowledgement', 1, 0],
    ['of an earlier round', 1, -1],
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
