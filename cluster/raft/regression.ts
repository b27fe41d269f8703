/**
 * A member whose log is an older copy of itself, as when its folder was put back from a backup. It counted for entries that it has
 * no more, and does not know of votes that it gave, so it must stop for good; only its leader can notice.
 *
 * No message that is late, doubled or out of order looks like it. A follower that has acknowledged `match` in this term keeps
 * everything up to there while the term lasts: no other leader can make it cut its log, and this one has the same entries. It gets
 * what was sent in a round after `matchRound` later than that, and so refuses nothing of it with a hint below `match`. The answer
 * to a leader of an earlier term is of no round. A new leader knows no `match`: it cannot tell an old copy from a slow follower.
 * @source docker-swarm failure catalogue 17 (moby #29180, #34160: the follower panics, "Was the raft log corrupted, truncated, or lost?")
 */
import { send } from './outbox.ts';
import { becomeReplicate } from './progress.ts';
import type { Peer } from './progress.ts';
import { follow } from './roles.ts';
import type { State } from './state.ts';
import type { LogIndex, RaftMessage } from './types.ts';

type AppendResponse = Extract<RaftMessage, { type: 'append-response' }>;

/** Whether the answer shows that the follower has lost what it acknowledged. */
export const showsLoss = (state: State, peer: Peer, response: AppendResponse): boolean =>
  !response.ok &&
  response.index < peer.match &&
  response.round > peer.matchRound &&
  response.round <= state.round;

/** From now on it counts for nothing, is sent nothing of the log, and is told until it is gone. */
export const noteLoss = (state: State, peer: Peer): void => {
  peer.lost = peer.match;
  peer.match = 0;
  peer.ackedRound = 0;
  peer.heardAt = -Infinity;
  peer.caughtUp = false;
  becomeReplicate(peer);
  tellOfLoss(state, peer, peer.lost);
};

export const tellOfLoss = (state: State, peer: Peer, index: LogIndex): void => {
  send(state, { type: 'log-lost', from: state.id, to: peer.id, term: state.term, index });
};

/** Told by a leader that had its acknowledgement. Ids are never used again, so it stays true. */
export const stopForLoss = (state: State, index: LogIndex): void => {
  state.lost = index;
  state.held.length = 0;
  follow(state, state.term, undefined);
};
