/** What every message goes through first: its term (paper §5.1), its sender's membership, the leader that it stands for. */
import { advanceCommit } from './commitment.ts';
import {
  handleTimeoutNow,
  handleVoteRequest,
  handleVoteResponse,
  hearsLeader,
  refuseVote,
} from './election.ts';
import { handleAppend, refuseAppend } from './following.ts';
import { isRemoved } from './membership.ts';
import { send } from './outbox.ts';
import { advanceReads } from './reads.ts';
import { stopForLoss } from './regression.ts';
import { handleAppendResponse } from './replication.ts';
import { follow, restartElectionTimer } from './roles.ts';
import { isWellFormed } from './shape.ts';
import { handleChunk, handleSnapshotResponse } from './snapshotting.ts';
import type { State } from './state.ts';
import { pushTransfer } from './transfer.ts';
import type { RaftId, RaftMessage } from './types.ts';
import { unreachable } from './unreachable.ts';

type FromLeader = Extract<RaftMessage, { type: 'append' | 'snapshot-chunk' }>;

/** A removed member is told so when it asks for something; its late answers are left alone. */
const answerRemoved = (state: State, message: RaftMessage): void => {
  if (
    message.type === 'vote-request' ||
    message.type === 'append' ||
    message.type === 'snapshot-chunk'
  )
    send(state, { type: 'removed', from: state.id, to: message.from, term: state.term });
};

/** Told by somebody who has it in a committed configuration; ids are never used again, so it stays true. */
const leaveForGood = (state: State): void => {
  state.removed = true;
  follow(state, state.term, undefined);
};

/** Rounds are counted anew in each term: where the sender leads again by now, it must not take this for an answer to a later one. */
const outOfRound = ({ from }: FromLeader) => ({ from, round: 0 });

/** A sender of an earlier term learns the present one if it asked for something. */
const answerOutdated = (state: State, message: RaftMessage): void => {
  const { log } = state;
  if (message.type === 'append' || message.type === 'snapshot-chunk')
    refuseAppend(state, outOfRound(message), { index: log.lastIndex, term: log.lastTerm });
  else if (message.type === 'vote-request')
    if (message.pre) handleVoteRequest(state, message);
    else refuseVote(state, message);
};

/** Adopts a later term where the message calls for it. Answers false where the message must be dropped instead. */
const adoptTerm = (state: State, message: RaftMessage): boolean => {
  if (message.type === 'vote-request') {
    if (!message.transfer && hearsLeader(state)) return false;
    if (!message.pre) follow(state, message.term, undefined);
    return true;
  }
  // The term of a granted PreVote is the one asked about; nobody is in it yet.
  if (message.type === 'vote-response' && message.pre && message.granted) return true;
  const leads = message.type === 'append' || message.type === 'snapshot-chunk';
  follow(state, message.term, leads ? message.from : undefined);
  return true;
};

/** Falls in behind the sender. A term has one leader: a second one is no leader, and is not listened to. */
const recognise = (state: State, message: FromLeader): boolean => {
  if (state.role === 'leader') return false;
  if (state.leader === undefined) follow(state, state.term, message.from);
  if (state.leader !== message.from) return false;
  state.leaderAt = state.now;
  restartElectionTimer(state);
  return true;
};

/** A follower's answer may commit something, confirm a read, or be what a transfer waits for. */
const progressed = (state: State, from: RaftId): void => {
  advanceCommit(state);
  advanceReads(state);
  if (state.transfer?.to === from) pushTransfer(state);
};

const dispatch = (state: State, message: RaftMessage): void => {
  switch (message.type) {
    case 'vote-request':
      handleVoteRequest(state, message);
      return;
    case 'vote-response':
      handleVoteResponse(state, message);
      return;
    case 'append':
      if (recognise(state, message)) handleAppend(state, message);
      return;
    case 'append-response':
      if (state.role !== 'leader') return;
      handleAppendResponse(state, message);
      progressed(state, message.from);
      return;
    case 'snapshot-chunk':
      if (recognise(state, message)) handleChunk(state, message);
      return;
    case 'snapshot-response':
      if (state.role !== 'leader') return;
      handleSnapshotResponse(state, message);
      progressed(state, message.from);
      return;
    case 'timeout-now':
      handleTimeoutNow(state);
      return;
    case 'removed':
      leaveForGood(state);
      return;
    case 'log-lost':
      stopForLoss(state, message.index);
      return;
    default:
      unreachable(message);
  }
};

/** Takes in one message, from whomever, however late. What makes no sense is dropped. */
export const receive = (state: State, message: RaftMessage): void => {
  if (state.removed || state.lost !== undefined) return;
  if (message.to !== state.id || !isWellFormed(message)) return;
  // Of any term: both are true for good.
  if (message.type === 'removed' || message.type === 'log-lost') {
    dispatch(state, message);
    return;
  }
  if (isRemoved(state, message.from)) {
    answerRemoved(state, message);
    return;
  }
  if (message.term < state.term) {
    answerOutdated(state, message);
    return;
  }
  if (message.term > state.term && !adoptTerm(state, message)) return;
  dispatch(state, message);
};
