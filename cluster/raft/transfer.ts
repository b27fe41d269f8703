/** Leadership transfer (dissertation §3.10): once the target has the whole log it is told to stand for election at once. */
import { peerOf } from './membership.ts';
import { send } from './outbox.ts';
import type { State } from './state.ts';
import type { RaftId } from './types.ts';

/** Tells the target to stand as soon as it has everything; again at each heartbeat, in case that was lost. */
export const pushTransfer = (state: State): void => {
  const { transfer } = state;
  if (transfer === undefined) return;
  if (peerOf(state, transfer.to)?.match !== state.log.lastIndex) return;
  send(state, { type: 'timeout-now', from: state.id, to: transfer.to, term: state.term });
};

/** Gives up after an election timeout: the target may be down, and clients wait. */
export const expireTransfer = (state: State): void => {
  const { transfer } = state;
  if (transfer === undefined) return;
  if (state.now >= transfer.deadline || peerOf(state, transfer.to)?.voter !== true)
    state.transfer = undefined;
};

export const handleTransfer = (state: State, to: RaftId): void => {
  if (state.role !== 'leader' || peerOf(state, to)?.voter !== true) return;
  if (state.transfer?.to === to) return;
  state.transfer = { to, deadline: state.now + state.config.electionTimeoutMsMax };
  if (state.deadline === undefined || state.transfer.deadline < state.deadline)
    state.deadline = state.transfer.deadline;
  pushTransfer(state);
};
