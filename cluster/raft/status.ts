/** What a member says of itself. It is a window on the state: read it when it is needed, keep what was read. */
import type { State } from './state.ts';
import type { LogIndex, Membership, RaftId, RaftRole, RaftStatus, Term } from './types.ts';

/** A new leader knows of nobody: its peers count once they have answered it, and not because it has not missed them yet. */
const activeOf = (state: State): readonly RaftId[] => {
  if (state.role !== 'leader') return [];
  const since = state.now - state.config.electionTimeoutMsMax;
  const heard = state.peers.filter((peer) => peer.ackedRound > 0 && peer.heardAt > since);
  return [state.id, ...heard.map((peer) => peer.id)];
};

/**
 * A class: an object literal with getters of its own is a hash table to the engine as soon as there are two of them, and this is
 * asked several times at every event.
 */
export class Status implements RaftStatus {
  readonly #state: State;

  constructor(state: State) {
    this.#state = state;
  }

  get role(): RaftRole {
    return this.#state.role;
  }
  get term(): Term {
    return this.#state.term;
  }
  get leader(): RaftId | undefined {
    return this.#state.leader;
  }
  get leaderAt(): number {
    return this.#state.leaderAt;
  }
  get commit(): LogIndex {
    return this.#state.commit;
  }
  get applied(): LogIndex {
    return this.#state.applied;
  }
  get lastIndex(): LogIndex {
    return this.#state.log.lastIndex;
  }
  get firstIndex(): LogIndex {
    return this.#state.log.firstIndex;
  }
  get membership(): Membership {
    return this.#state.membership;
  }
  get membershipIndex(): LogIndex {
    return this.#state.configurations.at(-1)?.index ?? 0;
  }
  get caughtUp(): boolean {
    return this.#state.caughtUp;
  }
  get active(): readonly RaftId[] {
    return activeOf(this.#state);
  }
  get removed(): boolean {
    return this.#state.removed;
  }
  get lost(): LogIndex | undefined {
    return this.#state.lost;
  }
}
