/** Snapshots: made from the state machine's image, received chunk by chunk, installed as a whole (paper §7). */
import {
  compactConfigurations,
  membershipAt,
  peerOf,
  replaceConfigurations,
} from './membership.ts';
import { sendWhenDurable } from './outbox.ts';
import { becomeProbe } from './progress.ts';
import { noteHeard, noteMatch, replicate } from './replication.ts';
import { continueSnapshot } from './snapshot-sending.ts';
import type { IncomingSnapshot, State } from './state.ts';
import type { LogIndex, RaftInput, RaftMessage, Snapshot } from './types.ts';

type Chunk = Extract<RaftMessage, { type: 'snapshot-chunk' }>;
type Compaction = Extract<RaftInput, { type: 'compact' }>;
type SnapshotResponse = Extract<RaftMessage, { type: 'snapshot-response' }>;

/** Drops the log up to `index`, which must be applied, with what goes along with it. */
const dropLog = (state: State, index: LogIndex): void => {
  const { log } = state;
  const term = log.term(index);
  if (term === undefined || index <= log.baseIndex) return;
  state.hashes.splice(0, index - log.baseIndex);
  log.compact(index, term);
};

/** Takes the state machine's image at `index`; the membership and hash that go with it are those of that index. */
export const compact = (
  state: State,
  { index, data, keep = state.config.trailingEntries }: Omit<Compaction, 'type'>,
): void => {
  const { log } = state;
  const term = log.term(index);
  const hash = state.hashes[index - log.baseIndex];
  if (term === undefined || hash === undefined) return;
  if (index > state.applied || index <= (state.snapshot?.index ?? 0)) return;
  const snapshot: Snapshot = { index, term, membership: membershipAt(state, index), hash, data };
  state.snapshot = snapshot;
  state.unsavedSnapshot = snapshot;
  // The snapshot holds them: they need not be written themselves.
  state.unstableFrom = Math.max(state.unstableFrom, index + 1);
  dropLog(state, Math.max(log.baseIndex, index - Math.max(0, keep)));
  compactConfigurations(state, log.baseIndex);
};

const install = (state: State, snapshot: Snapshot): void => {
  state.partial = undefined;
  state.log.reset(snapshot.index, snapshot.term);
  state.commit = snapshot.index;
  state.applied = snapshot.index;
  state.hashes = [snapshot.hash];
  state.snapshot = snapshot;
  state.unsavedSnapshot = snapshot;
  state.unstableFrom = snapshot.index + 1;
  // Nothing of this log is durable yet, so that the hint of this persist names nothing of it.
  state.stable = 0;
  if (state.persisting !== undefined) state.persisting.lastIndex = 0;
  state.outInstall = snapshot;
  replaceConfigurations(state, { index: snapshot.index, membership: snapshot.membership });
};

const join = (chunks: readonly Uint8Array[], size: number): Uint8Array => {
  const only = chunks[0];
  if (chunks.length === 1 && only !== undefined) return only;
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
};

const answer = (state: State, chunk: Chunk, offset: number, installed: boolean): void => {
  sendWhenDurable(state, {
    type: 'snapshot-response',
    from: state.id,
    to: chunk.from,
    term: state.term,
    index: chunk.index,
    offset,
    installed,
    round: chunk.round,
  });
};

/** The transfer that `chunk` belongs to: begun anew for a newer snapshot; `undefined` for a late chunk of an older one. */
const transferOf = (state: State, chunk: Chunk): IncomingSnapshot | undefined => {
  const { partial } = state;
  if (partial?.from === chunk.from && partial.term === chunk.term) {
    if (chunk.index < partial.index) return undefined;
    if (chunk.index === partial.index) return partial;
  }
  state.partial = {
    from: chunk.from,
    term: chunk.term,
    index: chunk.index,
    snapshotTerm: chunk.snapshotTerm,
    hash: chunk.hash,
    membership: chunk.membership,
    chunks: [],
    size: 0,
  };
  return state.partial;
};

/** A follower's side. The caller has made sure that the chunk comes from the leader of this term. */
export const handleChunk = (state: State, chunk: Chunk): void => {
  if (chunk.index <= state.commit) {
    answer(state, chunk, chunk.offset + chunk.bytes.length, true);
    return;
  }
  if (state.log.term(chunk.index) === chunk.snapshotTerm) {
    // The log reaches as far: it is kept, and known to be committed up to there.
    state.commit = chunk.index;
    state.partial = undefined;
    answer(state, chunk, chunk.offset + chunk.bytes.length, true);
    return;
  }
  const partial = transferOf(state, chunk);
  if (partial === undefined) return;
  const { index, snapshotTerm: term, hash, membership } = partial;
  if (chunk.offset === partial.size && (chunk.bytes.length > 0 || chunk.done)) {
    partial.chunks.push(chunk.bytes);
    partial.size += chunk.bytes.length;
    if (chunk.done)
      install(state, { index, term, membership, hash, data: join(partial.chunks, partial.size) });
  }
  answer(state, chunk, partial.size, state.commit >= chunk.index);
};

/** The leader's side. */
export const handleSnapshotResponse = (state: State, response: SnapshotResponse): void => {
  const peer = peerOf(state, response.from);
  if (peer === undefined || peer.lost !== undefined) return;
  noteHeard(state, peer, response.round);
  if (response.installed) {
    noteMatch(state, peer, response.index);
    // The log moved on meanwhile: what follows is to be had from a newer snapshot only.
    if (peer.mode === 'snapshot' && (peer.sending?.snapshot.index ?? 0) <= peer.match)
      becomeProbe(peer, peer.match + 1);
    replicate(state, peer);
  } else if (peer.sending?.snapshot.index === response.index)
    continueSnapshot(state, peer, response);
};
