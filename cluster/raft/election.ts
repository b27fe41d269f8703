/** Elections (paper §5.2, §5.4.1) with PreVote and CheckQuorum (dissertation §9.6, §6.2). */
import { append } from './appending.ts';
import { alignPeers, quorum } from './membership.ts';
import { send, sendWhenDurable } from './outbox.ts';
import { heartbeat } from './replication.ts';
import {
  becomeCandidate,
  becomePreCandidate,
  follow,
  restartElectionTimer,
  takeLead,
} from './roles.ts';
import type { State } from './state.ts';
import type { RaftMessage } from './types.ts';

type VoteRequest = Extract<RaftMessage, { type: 'vote-request' }>;
type VoteResponse = Extract<RaftMessage, { type: 'vote-response' }>;

/** A leader that a quorum still follows must not be deposed by a member that merely lost sight of it. */
export const hearsLeader = (state: State): boolean =>
  state.role === 'leader' ||
  (state.leader !== undefined && state.now - state.leaderAt < state.config.electionTimeoutMsMin);

/** Whether the candidate's log is at least as up to date as the own one (paper §5.4.1). */
const upToDate = (state: State, request: VoteRequest): boolean =>
  request.lastTerm > state.log.lastTerm ||
  (request.lastTerm === state.log.lastTerm && request.lastIndex >= state.log.lastIndex);

/** Whether this member's vote in the current term is still free, or went to this very candidate (paper §5.2). */
const voteIsFree = (state: State, request: VoteRequest): boolean =>
  state.votedFor === undefined || state.votedFor === request.from;

const requestVotes = (state: State, pre: boolean): void => {
  for (const { id, voter } of state.membership.members) {
    if (!voter || id === state.id) continue;
    const request: RaftMessage = {
      type: 'vote-request',
      from: state.id,
      to: id,
      term: pre ? state.term + 1 : state.term,
      pre,
      lastIndex: state.log.lastIndex,
      lastTerm: state.log.lastTerm,
      transfer: state.campaignTransfer,
    };
    if (pre) send(state, request);
    else sendWhenDurable(state, request);
  }
};

const lead = (state: State): void => {
  takeLead(state);
  append(state, { index: state.log.lastIndex + 1, term: state.term, kind: 'noop' });
  alignPeers(state);
  heartbeat(state);
};

const campaign = (state: State, transfer: boolean): void => {
  becomeCandidate(state, transfer);
  requestVotes(state, false);
};

/** To be called when a vote came in, also the own one, which counts once it is durable. */
const countVotes = (state: State): void => {
  if (state.granted.size < quorum(state)) return;
  if (state.campaign === 'pre') campaign(state, false);
  else if (state.campaign === 'real') lead(state);
};

/** The election timer ran out. */
export const standForElection = (state: State): void => {
  state.campaignTransfer = false;
  becomePreCandidate(state);
  if (state.granted.size >= quorum(state)) countVotes(state);
  else requestVotes(state, true);
};

/** The leader asks this member to take over: no PreVote, and voters answer although they hear the leader. */
export const handleTimeoutNow = (state: State): void => {
  if (!state.mayStand || state.removed || state.role === 'leader') return;
  campaign(state, true);
};

/** The own vote, once it is on disk. */
export const countOwnVote = (state: State): void => {
  if (state.campaign !== 'real' || !state.selfVotes || state.granted.has(state.id)) return;
  if (state.durableTerm !== state.term || state.durableVote !== state.id) return;
  state.granted.add(state.id);
  countVotes(state);
};

const answerVote = (state: State, request: VoteRequest, granted: boolean): void => {
  sendWhenDurable(state, {
    type: 'vote-response',
    from: state.id,
    to: request.from,
    // A granted PreVote names the term that was asked for; a refusal tells the own one.
    term: granted ? request.term : state.term,
    pre: request.pre,
    granted,
  });
};

/** A candidate of an earlier term learns the present one. */
export const refuseVote = (state: State, request: VoteRequest): void => {
  answerVote(state, request, false);
};

/** The caller has dropped what a heard leader forbids and, for a real vote, has adopted the request's term. */
export const handleVoteRequest = (state: State, request: VoteRequest): void => {
  if (request.pre) {
    const granted = request.term > state.term && upToDate(state, request);
    // Nothing is promised, so nothing has to be durable.
    send(state, {
      type: 'vote-response',
      from: state.id,
      to: request.from,
      term: granted ? request.term : state.term,
      pre: true,
      granted,
    });
    return;
  }
  const granted = voteIsFree(state, request) && upToDate(state, request);
  if (granted) {
    restartElectionTimer(state);
    if (state.votedFor === undefined) {
      state.votedFor = request.from;
      state.hardStateDirty = true;
    }
  }
  answerVote(state, request, granted);
};

/** The caller has dropped answers of earlier terms and followed those of later ones. */
export const handleVoteResponse = (state: State, response: VoteResponse): void => {
  const pre = state.campaign === 'pre';
  if (state.campaign === 'none' || response.pre !== pre || !response.granted) return;
  if (response.term !== (pre ? state.term + 1 : state.term)) return;
  const voter = state.membership.members.some(
    (member) => member.voter && member.id === response.from,
  );
  if (!voter) return;
  state.granted.add(response.from);
  countVotes(state);
};

/** CheckQuorum: a leader that has not heard a quorum within an election timeout steps down. */
export const checkQuorum = (state: State): void => {
  let heard = state.selfVotes ? 1 : 0;
  for (const peer of state.peers)
    if (peer.voter && state.now - peer.heardAt < state.config.electionTimeoutMsMax) heard += 1;
  if (heard < quorum(state)) follow(state, state.term, undefined);
};
