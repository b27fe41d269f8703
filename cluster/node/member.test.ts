import { expect, test } from '@jest/globals';
import type { Log } from '../log/types.ts';
import type { RaftMessage } from '../raft/types.ts';
import { defaultNodeConfig } from './config.ts';
import { Member } from './member.ts';
import type { MemberWatcher } from './member-watcher.ts';
import { chanceOf, toyCipher } from './testing/chance.ts';
import type { NodeWorld } from './world.ts';

const nothing = (): undefined => undefined;
const watcher: MemberWatcher = {
  transition: nothing,
  membership: nothing,
  applied: nothing,
  restored: nothing,
  proposal: nothing,
  read: nothing,
};

/** A replica whose disk is done when a test says so. */
const replica = () => {
  const sent: RaftMessage[] = [];
  const asked: (() => void)[] = [];
  const world = {
    config: { ...defaultNodeConfig, name: 'm1', advertiseAddr: 'm1:1' },
    random: chanceOf(1),
    cipher: toyCipher,
    now: { mono: 0, wall: 0 },
    effects: { observe: nothing, push: nothing },
    pipeline: {
      add: (_: unknown, done?: () => void) => {
        if (done !== undefined) asked.push(done);
      },
    },
    send: (_: string, { type, ...rest }: { type: string; message?: RaftMessage }) => {
      if (type === 'raft' && rest.message !== undefined) sent.push(rest.message);
    },
  } as unknown as NodeWorld;
  const log = { persist: () => [] } as unknown as Log;
  const members = ['m1', 'm2', 'm3'].map((id) => ({
    id,
    nodeId: id,
    address: `${id}:1`,
    voter: true,
  }));
  const raft = {
    hardState: undefined,
    snapshot: undefined,
    entries: [],
    membership: { members, removed: [] },
  };
  const member = new Member(world, { raftId: 'm1', nodeId: 'm1', log, raft }, watcher);
  member.start(undefined);
  return { member, sent, asked };
};

const askForVote: RaftMessage = {
  type: 'vote-request',
  from: 'm2',
  to: 'm1',
  term: 5,
  pre: false,
  lastIndex: 10,
  lastTerm: 4,
  transfer: true,
};

test.each([
  [false, 1],
  [true, 0],
])('a vote whose disk is done after the replica has ended (%s) leaves no more', (ends, votes) => {
  const { member, sent, asked } = replica();
  member.receive(askForVote, 'm2:1');
  expect(asked.length).toBeGreaterThan(0);
  if (ends) member.end();
  for (const done of asked) done();
  expect(sent.filter(({ type }) => type === 'vote-response')).toHaveLength(votes);
});
