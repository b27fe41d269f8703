/** When an entry is committed (paper §5.3, §5.4.2), and what follows from applying it. */
import { memberOf, membershipAt, quorum } from './membership.ts';
import { answerProposal, send } from './outbox.ts';
import { rollHash } from './hash.ts';
import { sendRound } from './replication.ts';
import { follow } from './roles.ts';
import type { State } from './state.ts';
import type { Entry, LogIndex, Membership } from './types.ts';

/** How many voters have everything up to `index`, durably. */
const countMatching = (state: State, index: LogIndex): number => {
  let count = state.selfVotes && state.stable >= index ? 1 : 0;
  for (const peer of state.peers) if (peer.voter && peer.match >= index) count += 1;
  return count;
};

/** The last index that is durable on a quorum of voters; it is where one of them ends. */
const quorumMatch = (state: State): LogIndex => {
  const needed = quorum(state);
  let best = 0;
  if (state.selfVotes && countMatching(state, state.stable) >= needed) best = state.stable;
  for (const { voter, match } of state.peers)
    if (voter && match > best && countMatching(state, match) >= needed) best = match;
  return best;
};

/** Leader: commits what a quorum has, if that is of its own term; all before it is committed with it. */
export const advanceCommit = (state: State): void => {
  if (state.commit === state.log.lastIndex) return;
  const index = quorumMatch(state);
  if (index <= state.commit || state.log.term(index) !== state.term) return;
  state.commit = index;
  state.caughtUp = true;
};

const settleProposals = (state: State): void => {
  const { proposals } = state;
  let settled = 0;
  for (const { proposal, index, bytes } of proposals) {
    if (index > state.applied) break;
    settled += 1;
    state.proposalBytes -= bytes;
    answerProposal(state, { proposal, result: 'committed', index });
  }
  if (settled > 0) proposals.splice(0, settled);
};

/** Tells those that this change removed; afterwards they are told when they ask. */
const dismiss = (state: State, before: Membership, after: Membership): void => {
  for (const { id } of before.members) {
    if (id === state.id || memberOf(after, id) !== undefined) continue;
    send(state, { type: 'removed', from: state.id, to: id, term: state.term });
  }
};

/** The best voter to follow a leader that removed itself: the one with the most of the log. */
const successorOf = (state: State): string | undefined => {
  let best: { readonly id: string; readonly match: LogIndex } | undefined;
  for (const peer of state.peers) if (peer.voter && peer.match > (best?.match ?? -1)) best = peer;
  return best?.id;
};

const handOver = (state: State): void => {
  const to = successorOf(state);
  if (to !== undefined) send(state, { type: 'timeout-now', from: state.id, to, term: state.term });
};

const configurationCommitted = (state: State, entry: Entry & { kind: 'config' }): void => {
  const { membership } = entry;
  if (state.role === 'leader') {
    dismiss(state, membershipAt(state, entry.index - 1), membership);
    // Members learn at once that the change is committed: a promoted one may be needed, a next change may follow.
    for (const peer of state.peers) sendRound(state, peer);
  }
  if (membership.removed.includes(state.id)) {
    state.removed = true;
    if (state.role === 'leader') handOver(state);
    follow(state, state.term, undefined);
  }
};

/** Gives out what is committed and not applied yet, with the rolling hash. */
export const applyCommitted = (state: State): void => {
  const { log } = state;
  if (state.applied >= state.commit) return;
  const entries = log.slice(state.applied + 1, state.commit);
  const hashes: number[] = [];
  let hash = state.hashes.at(-1) ?? 0;
  for (const entry of entries) {
    hash = rollHash(hash, entry);
    hashes.push(hash);
    state.hashes.push(hash);
  }
  state.applied = state.commit;
  state.outCommitted = entries;
  state.outHashes = hashes;
  if (state.proposals.length > 0) settleProposals(state);
  for (const entry of entries) if (entry.kind === 'config') configurationCommitted(state, entry);
};
