/**
 * What a step gives out, and what is held back. An answer that promises something durable (a vote, an acknowledgement) is held
 * until the persist that makes it so is done. One persist is under way at a time; what comes meanwhile gathers for the next.
 */
import type { State } from './state.ts';
import type {
  HardState,
  ProposalResult,
  RaftMessage,
  RaftOutput,
  RaftPersist,
  ReadResult,
} from './types.ts';

const none: readonly never[] = Object.freeze([]);

/** The answer to most inputs, one object for all. */
const nothing: RaftOutput = Object.freeze({
  transitions: none,
  persist: undefined,
  messages: none,
  install: undefined,
  committed: none,
  hashes: none,
  proposals: none,
  reads: none,
});

const dirty = (state: State): boolean =>
  state.hardStateDirty ||
  state.unstableFrom <= state.log.lastIndex ||
  state.unsavedSnapshot !== undefined;

/** Goes out with this step. */
export const send = (state: State, message: RaftMessage): void => {
  if (state.outMessages === undefined) state.outMessages = [message];
  else state.outMessages.push(message);
};

/** Goes out once everything that this member remembers at this moment is durable. */
export const sendWhenDurable = (state: State, message: RaftMessage): void => {
  if (dirty(state)) state.held.push({ needs: state.sequence + 1, message });
  else if (state.persisting !== undefined) state.held.push({ needs: state.sequence, message });
  else send(state, message);
};

export const answerProposal = (state: State, result: ProposalResult): void => {
  (state.outProposals ??= []).push(result);
};

export const answerRead = (state: State, result: ReadResult): void => {
  (state.outReads ??= []).push(result);
};

/** The hint names only what is durable already: a crash in the middle of this persist may leave nothing else of it. */
const hardStateOf = (state: State): HardState => ({
  term: state.term,
  votedFor: state.votedFor,
  commit: Math.min(state.commit, state.stable),
});

const issue = (state: State): RaftPersist => {
  const { log, unsavedSnapshot } = state;
  const hardState =
    state.hardStateDirty || unsavedSnapshot !== undefined ? hardStateOf(state) : undefined;
  const entries = log.slice(state.unstableFrom, log.lastIndex);
  state.sequence += 1;
  state.persisting = { lastIndex: log.lastIndex, hardState };
  state.hardStateDirty = false;
  state.unstableFrom = log.lastIndex + 1;
  state.unsavedSnapshot = undefined;
  return { sequence: state.sequence, hardState, snapshot: unsavedSnapshot, entries };
};

/** Records that the persist under way is done and lets go what waited for it. Answers whether it was that persist. */
export const notePersisted = (state: State, sequence: number): boolean => {
  const { persisting, held } = state;
  if (persisting === undefined || sequence !== state.sequence) return false;
  state.persisting = undefined;
  state.stable = Math.max(state.stable, persisting.lastIndex);
  if (persisting.hardState !== undefined) {
    state.durableTerm = persisting.hardState.term;
    state.durableVote = persisting.hardState.votedFor;
  }
  let released = 0;
  for (const { needs, message } of held) {
    if (needs > sequence) break;
    released += 1;
    // An answer given in an earlier term is of no use to anybody.
    if (message.term === state.term) send(state, message);
  }
  if (released > 0) held.splice(0, released);
  return true;
};

/** From `index` on the log is about to be another one: nothing of it is durable, whatever the persist under way holds. */
export const forgetDurability = (state: State, index: number): void => {
  state.unstableFrom = Math.min(state.unstableFrom, index);
  state.stable = Math.min(state.stable, index - 1);
  if (state.persisting !== undefined)
    state.persisting.lastIndex = Math.min(state.persisting.lastIndex, index - 1);
};

/** Empties the outbox into an output that nobody changes any more. */
export const drain = (state: State): RaftOutput => {
  const persist = state.persisting === undefined && dirty(state) ? issue(state) : undefined;
  if (
    persist === undefined &&
    state.outMessages === undefined &&
    state.outCommitted === undefined &&
    state.outTransitions === undefined &&
    state.outProposals === undefined &&
    state.outReads === undefined &&
    state.outInstall === undefined
  )
    return nothing;
  const output: RaftOutput = {
    transitions: state.outTransitions ?? none,
    persist,
    messages: state.outMessages ?? none,
    install: state.outInstall,
    committed: state.outCommitted ?? none,
    hashes: state.outHashes ?? none,
    proposals: state.outProposals ?? none,
    reads: state.outReads ?? none,
  };
  state.outTransitions = undefined;
  state.outMessages = undefined;
  state.outInstall = undefined;
  state.outCommitted = undefined;
  state.outHashes = undefined;
  state.outProposals = undefined;
  state.outReads = undefined;
  return output;
};
