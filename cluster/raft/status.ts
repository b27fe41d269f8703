/** What a member says of itself. It is a window on the state: read it when it is needed, keep what was read. */
import type { State } from './state.ts';
import type { RaftId, RaftStatus } from './types.ts';

const activeOf = (state: State): readonly RaftId[] => {
  if (state.role !== 'leader') return [];
  const since = state.now - state.config.electionTimeoutMsMax;
  const heard = state.peers.filter((peer) => peer.heardAt > since).map((peer) => peer.id);
  return [state.id, ...heard];
};

export const statusOf = (state: State): RaftStatus => ({
  get role() {
    return state.role;
  },
  get term() {
    return state.term;
  },
  get leader() {
    return state.leader;
  },
  get commit() {
    return state.commit;
  },
  get applied() {
    return state.applied;
  },
  get lastIndex() {
    return state.log.lastIndex;
  },
  get firstIndex() {
    return state.log.firstIndex;
  },
  get membership() {
    return state.membership;
  },
  get caughtUp() {
    return state.caughtUp;
  },
  get active() {
    return activeOf(state);
  },
  get removed() {
    return state.removed;
  },
});
