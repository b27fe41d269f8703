/** What the papers leave open and this core promises: changes of members, and which of them a leader hears. */
import { describe, expect, test } from '@jest/globals';
import { Bench, dataEntry, leading, membershipOf, ofType } from './testing/bench.ts';

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
