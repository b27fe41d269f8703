/** Role, term and known leader, the timer that goes with them, and what ends with a leadership. */
import { answerProposal, answerRead } from './outbox.ts';
import type { State } from './state.ts';
import type { RaftId, RaftRole, Term } from './types.ts';

/** An election timeout is drawn each time the timer is armed, so that ties between candidates end (paper §5.2). */
export const armElection = (state: State, from: number): void => {
  const { electionTimeoutMsMin: least, electionTimeoutMsMax: most } = state.config;
  state.armedAt = from;
  state.deadline = from + least + state.random.integer('election-timeout', most - least);
};

/** Something happened that gives the leader, or a candidate, more time. */
export const restartElectionTimer = (state: State): void => {
  state.heardAt = state.now;
};

const change = (state: State, role: RaftRole, term: Term, leader: RaftId | undefined): void => {
  if (state.role === role && state.term === term && state.leader === leader) return;
  state.role = role;
  state.term = term;
  state.leader = leader;
  (state.outTransitions ??= []).push({ role, term, leader, lastIndex: state.log.lastIndex });
};

/** Whoever may not stand for election waits without a timer. */
const passiveRole = (state: State): 'follower' | 'learner' =>
  state.mayStand && !state.removed && state.lost === undefined ? 'follower' : 'learner';

const endLeadership = (state: State): void => {
  for (const { proposal } of state.proposals) answerProposal(state, { proposal, result: 'lost' });
  const why = 'this node is no longer the leader';
  for (const { reads } of state.readRounds)
    for (const read of reads) answerRead(state, { read, result: 'refused', why });
  for (const read of state.waitingReads) answerRead(state, { read, result: 'refused', why });
  state.proposals = [];
  state.proposalBytes = 0;
  state.readRounds = [];
  state.waitingReads = [];
  state.peers = [];
  state.transfer = undefined;
  state.caughtUp = false;
};

/** Falls in behind `leader` in `term`; in the same term the vote given stays given. */
export const follow = (state: State, term: Term, leader: RaftId | undefined): void => {
  const wasLeader = state.role === 'leader';
  if (wasLeader) endLeadership(state);
  state.campaign = 'none';
  if (term !== state.term) {
    state.votedFor = undefined;
    state.hardStateDirty = true;
    state.partial = undefined;
  }
  const role = passiveRole(state);
  change(state, role, term, leader);
  if (role === 'learner') state.deadline = undefined;
  else if (wasLeader || state.deadline === undefined) {
    state.heardAt = state.now;
    armElection(state, state.now);
  }
};

/** After a change of membership: a new voter starts its timer, a former one stops it. A leader stays until the change commits. */
export const adoptVoting = (state: State): void => {
  if (state.role === 'leader' || state.role === passiveRole(state)) return;
  follow(state, state.term, state.leader);
};

/** Asks first whether an election could be won (dissertation §9.6): neither term nor vote changes. */
export const becomePreCandidate = (state: State): void => {
  state.campaign = 'pre';
  state.granted.clear();
  if (state.selfVotes) state.granted.add(state.id);
  change(state, 'follower', state.term, undefined);
  armElection(state, state.now);
};

/** Its own vote counts once it is durable. */
export const becomeCandidate = (state: State, transfer: boolean): void => {
  state.campaign = 'real';
  state.campaignTransfer = transfer;
  state.granted.clear();
  state.votedFor = state.id;
  state.hardStateDirty = true;
  state.partial = undefined;
  change(state, 'candidate', state.term + 1, undefined);
  armElection(state, state.now);
};

export const takeLead = (state: State): void => {
  state.campaign = 'none';
  state.caughtUp = false;
  state.round = 0;
  state.partial = undefined;
  change(state, 'leader', state.term, state.id);
  state.heartbeatAt = state.now + state.config.heartbeatMs;
  state.deadline = state.heartbeatAt;
};
