/**
 * Consensus: one member as a pure state machine. It implements the extended Raft paper (Ongaro & Ousterhout) and, of Ongaro's
 * dissertation, single-server membership changes (§4), PreVote (§9.6), leadership transfer (§3.10) and ReadIndex (§6.4).
 */
import type { Random } from '../ports.ts';
import { advanceCommit, applyCommitted } from './commitment.ts';
import { countOwnVote } from './election.ts';
import { drain, notePersisted } from './outbox.ts';
import { handlePropose, handleProposeConfig } from './proposing.ts';
import { advanceReads, handleRead } from './reads.ts';
import { receive } from './receiving.ts';
import { recover } from './recovery.ts';
import { compact } from './snapshotting.ts';
import type { State } from './state.ts';
import { Status } from './status.ts';
import { tick } from './ticking.ts';
import { handleTransfer } from './transfer.ts';
import type { Raft, RaftBoot, RaftConfig, RaftInput, RaftOutput, RaftStatus } from './types.ts';
import { unreachable } from './unreachable.ts';

const persisted = (state: State, sequence: number): void => {
  if (!notePersisted(state, sequence)) return;
  countOwnVote(state);
  if (state.role !== 'leader') return;
  advanceCommit(state);
  advanceReads(state);
};

const dispatch = (state: State, input: RaftInput): void => {
  switch (input.type) {
    case 'message':
      receive(state, input.message);
      return;
    case 'tick':
      tick(state);
      return;
    case 'persisted':
      persisted(state, input.sequence);
      return;
    case 'propose':
      handlePropose(state, input.proposal, input.data);
      return;
    case 'propose-config':
      handleProposeConfig(state, input.proposal, input.change);
      return;
    case 'read':
      handleRead(state, input.read);
      return;
    case 'transfer':
      handleTransfer(state, input.to);
      return;
    case 'compact':
      compact(state, input);
      return;
    default:
      unreachable(input);
  }
};

/**
 * A member at boot. The caller has restored its state machine from `boot.snapshot`; entries behind it that are known to be
 * committed come out of the first step. `now` and all later times are monotonic milliseconds. A first start with a
 * membership begins the log with it, so that it must be persisted before anybody is told that the cluster exists.
 */
export const createRaft = (config: RaftConfig, boot: RaftBoot, random: Random, now: number): Raft =>
  new RaftMember(recover({ config, boot, random, now }));

/** A class, as `Status` is, and for the same reason. */
class RaftMember implements Raft {
  readonly status: RaftStatus;
  readonly #state: State;

  constructor(state: State) {
    this.#state = state;
    this.status = new Status(state);
  }

  get deadline(): number | undefined {
    return this.#state.deadline;
  }

  step(input: RaftInput, at: number): RaftOutput {
    const state = this.#state;
    state.now = at;
    dispatch(state, input);
    applyCommitted(state);
    return drain(state);
  }
}
