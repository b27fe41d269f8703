/** What is due when time has passed: an election, or a leader's heartbeat. */
import { checkQuorum, standForElection } from './election.ts';
import { joinHeartbeatRound } from './reads.ts';
import { heartbeat } from './replication.ts';
import { armElection } from './roles.ts';
import type { State } from './state.ts';
import { expireTransfer, pushTransfer } from './transfer.ts';

/** What was heard since the timer was armed extends it now, and not at each heartbeat. */
const electionDue = (state: State): void => {
  if (state.heardAt > state.armedAt) {
    armElection(state, state.heardAt);
    if (state.deadline !== undefined && state.now < state.deadline) return;
  }
  standForElection(state);
};

const leaderDue = (state: State): void => {
  expireTransfer(state);
  // Also where the heartbeat itself is put off: a leader that is kept busy must notice that nobody follows.
  checkQuorum(state);
  if (state.role !== 'leader') return;
  if (state.now >= state.heartbeatAt) {
    heartbeat(state);
    joinHeartbeatRound(state);
    pushTransfer(state);
  }
  const alone = state.peers.length === 0;
  state.deadline = alone
    ? undefined
    : Math.min(state.heartbeatAt, state.transfer?.deadline ?? Infinity);
};

/** An early or spurious tick does nothing. */
export const tick = (state: State): void => {
  if (state.deadline === undefined || state.now < state.deadline) return;
  if (state.role === 'leader') leaderDue(state);
  else electionDue(state);
};
