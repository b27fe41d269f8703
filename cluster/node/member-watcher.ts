/** Who wants to know what happens in a replica. */
import type { ProposalResult, RaftId, RaftRole, ReadResult } from '../raft/types.ts';
import type { StoreEvent } from '../store/types.ts';

export type MemberWatcher = {
  /** Role, term or known leader changed. */
  transition(role: RaftRole, leader: RaftId | undefined): void;
  membership(): void;
  /** One entry was applied. */
  applied(events: readonly StoreEvent[]): void;
  /** A snapshot took the place of the whole store. */
  restored(): void;
  proposal(result: ProposalResult): void;
  read(result: ReadResult): void;
};
