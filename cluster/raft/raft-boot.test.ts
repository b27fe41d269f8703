/** What the papers leave open and this core promises: how a member starts, and starts again. */
import { describe, expect, test } from '@jest/globals';
import { createRaft } from './raft.ts';
import { blankBoot, dataEntry, leastDraws, logOf, membershipOf } from './testing/bench.ts';
import { trialConfig } from './testing/machine.ts';

describe('boot', () => {
  test('the only voter of a cluster leads at once, and commits', () => {
    const raft = createRaft(
      trialConfig('a'),
      { ...blankBoot, membership: membershipOf(['a']) },
      leastDraws,
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
    const raft = createRaft(trialConfig('a'), blankBoot, leastDraws, 0);
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
      leastDraws,
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
      leastDraws,
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
    const raft = createRaft(trialConfig('a'), { ...blankBoot, hardState, entries }, leastDraws, 0);
    expect(raft.status.removed).toBe(true);
    expect(raft.deadline).toBeUndefined();
  });
});
