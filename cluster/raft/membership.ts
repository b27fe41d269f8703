/**
 * Who is a member. A configuration is in force from the moment it is appended (dissertation §4.1) and gone again when its entry
 * is cut off; one server at a time, and only once the leader has committed an entry of its own term.
 */
import { createPeer } from './progress.ts';
import type { Peer } from './progress.ts';
import { adoptVoting } from './roles.ts';
import type { Configuration, State } from './state.ts';
import type { ConfigChange, LogIndex, Member, Membership, RaftId } from './types.ts';
import { unreachable } from './unreachable.ts';

/** Not frozen: engines walk a frozen list by a slow path, and members are looked through at every message. */
export const emptyMembership: Membership = { members: [], removed: [] };

export const memberOf = (membership: Membership, id: RaftId): Member | undefined =>
  membership.members.find((member) => member.id === id);

const votersOf = (membership: Membership): number =>
  membership.members.reduce((count, member) => (member.voter ? count + 1 : count), 0);

export const quorum = (state: State): number => (state.voters >> 1) + 1;

export const peerOf = (state: State, id: RaftId): Peer | undefined => {
  for (const peer of state.peers) if (peer.id === id) return peer;
  return undefined;
};

/** Leader: one `Peer` for every other member; those that stay keep what is known of them. New ones are probed at the log's end. */
export const alignPeers = (state: State): void => {
  const peers: Peer[] = [];
  for (const { id, voter } of state.membership.members) {
    if (id === state.id) continue;
    const peer = peerOf(state, id) ?? createPeer(id, voter, state.log.lastIndex, state.now);
    peer.voter = voter;
    peers.push(peer);
  }
  state.peers = peers;
  if (peers.length > 0 && state.deadline === undefined) {
    state.heartbeatAt = state.now + state.config.heartbeatMs;
    state.deadline = state.heartbeatAt;
  }
};

export const membershipAt = (state: State, index: LogIndex): Membership =>
  state.configurations.findLast((configuration) => configuration.index <= index)?.membership ??
  emptyMembership;

const votesIn = (configuration: Configuration | undefined, id: RaftId): boolean =>
  configuration !== undefined && memberOf(configuration.membership, id)?.voter === true;

/**
 * Whether `id` may stand for election. Also one that the last change takes out, as long as that change is not known to be
 * committed: the others may need it to finish the change (dissertation §4.2.2). The change before the last one is committed.
 */
export const mayStand = (
  configurations: readonly Configuration[],
  commit: LogIndex,
  id: RaftId,
): boolean => {
  const last = configurations.at(-1);
  if (votesIn(last, id)) return true;
  return (last?.index ?? 0) > commit && votesIn(configurations.at(-2), id);
};

const enforce = (state: State): void => {
  const membership = state.configurations.at(-1)?.membership ?? emptyMembership;
  state.membership = membership;
  state.voters = votersOf(membership);
  state.selfVotes = memberOf(membership, state.id)?.voter === true;
  state.mayStand = mayStand(state.configurations, state.commit, state.id);
  if (state.role === 'leader') alignPeers(state);
  else adoptVoting(state);
};

export const appendConfiguration = (state: State, configuration: Configuration): void => {
  state.configurations.push(configuration);
  enforce(state);
};

/** The log was cut off from `index`: an earlier configuration is in force again. */
export const rollBackConfigurations = (state: State, index: LogIndex): void => {
  const { configurations } = state;
  if ((configurations.at(-1)?.index ?? 0) < index) return;
  while ((configurations.at(-1)?.index ?? 0) >= index) configurations.pop();
  enforce(state);
};

/** Keeps the one configuration that is in force at `index`, and those after it. */
export const compactConfigurations = (state: State, index: LogIndex): void => {
  const { configurations } = state;
  let superseded = 0;
  while ((configurations[superseded + 1]?.index ?? Infinity) <= index) superseded += 1;
  if (superseded > 0) configurations.splice(0, superseded);
};

/** A snapshot took the place of the log. */
export const replaceConfigurations = (state: State, configuration: Configuration): void => {
  state.configurations.length = 0;
  appendConfiguration(state, configuration);
};

/** Removed for good: by a configuration that is committed, so nothing can bring it back. */
export const isRemoved = (state: State, id: RaftId): boolean => {
  // No id comes back, so a member is not removed, and most senders are members.
  for (const member of state.membership.members) if (member.id === id) return false;
  return membershipAt(state, state.commit).removed.includes(id);
};

/** The membership that `change` makes, or why it may not be made now. */
export const changed = (state: State, change: ConfigChange): Membership | string => {
  if (!state.caughtUp) return 'the leader has not committed an entry of its own term yet';
  if ((state.configurations.at(-1)?.index ?? 0) > state.commit)
    return 'another change of the membership is under way';
  const { members, removed } = state.membership;
  const id = change.kind === 'add-learner' ? change.member.id : change.id;
  const member = memberOf(state.membership, id);
  if (change.kind === 'add-learner') {
    if (member !== undefined) return `${id} is a member already`;
    if (removed.includes(id)) return `${id} was removed from the cluster`;
    return { members: [...members, { ...change.member, voter: false }], removed };
  }
  if (member === undefined) return `${id} is not a member`;
  const replaced = (by: Member): Membership => ({
    members: members.map((other) => (other.id === id ? by : other)),
    removed,
  });
  switch (change.kind) {
    case 'promote': {
      if (member.voter) return `${id} votes already`;
      const peer = peerOf(state, id);
      const silentMs = peer === undefined ? Infinity : state.now - peer.heardAt;
      if (peer?.caughtUp !== true || silentMs >= state.config.electionTimeoutMsMax)
        return `${id} has not caught up with the log yet`;
      return replaced({ ...member, voter: true });
    }
    case 'remove':
      if (member.voter && state.voters === 1) return `${id} is the last voter`;
      return { members: members.filter((other) => other.id !== id), removed: [...removed, id] };
    case 'move':
      return replaced({ ...member, address: change.address });
    default:
      return unreachable(change);
  }
};
