/**
 * Linearizable reads without the log (paper §8, dissertation §6.4): a leader that has committed an entry of its term notes its
 * commit index and answers once a quorum has followed it in a round that began after the read came.
 */
import { quorum } from './membership.ts';
import { answerRead } from './outbox.ts';
import { heartbeat } from './replication.ts';
import type { State } from './state.ts';

const confirmed = (state: State, round: number): boolean => {
  let count = state.selfVotes ? 1 : 0;
  for (const peer of state.peers) if (peer.voter && peer.ackedRound >= round) count += 1;
  return count >= quorum(state);
};

/** All reads that wait share the round that begins now. */
const takeWaiting = (state: State): void => {
  state.readRounds.push({ round: state.round, index: state.commit, reads: state.waitingReads });
  state.waitingReads = [];
};

/** Answers the reads of every round that a quorum has followed. */
const confirmReads = (state: State): void => {
  for (;;) {
    const oldest = state.readRounds[0];
    if (oldest === undefined || !confirmed(state, oldest.round)) return;
    state.readRounds.shift();
    for (const read of oldest.reads)
      answerRead(state, { read, result: 'ready', index: oldest.index });
  }
};

/** Starts a round for the reads that wait, unless one is under way; it is a heartbeat that comes early. */
const beginReadRound = (state: State): void => {
  if (state.waitingReads.length === 0 || state.readRounds.length > 0 || !state.caughtUp) return;
  heartbeat(state);
  takeWaiting(state);
};

/** To be called when reads came, answers came or commit moved. */
export const advanceReads = (state: State): void => {
  if (state.waitingReads.length === 0 && state.readRounds.length === 0) return;
  confirmReads(state);
  beginReadRound(state);
  confirmReads(state);
};

/** A heartbeat is a round as well: reads that wait join it. The caller has just begun it. */
export const joinHeartbeatRound = (state: State): void => {
  if (state.waitingReads.length > 0 && state.caughtUp) takeWaiting(state);
};

export const handleRead = (state: State, read: number): void => {
  if (state.role !== 'leader') {
    answerRead(state, { read, result: 'refused', why: 'this node is not the leader' });
    return;
  }
  state.waitingReads.push(read);
  advanceReads(state);
};
