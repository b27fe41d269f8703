/** The leader's side of a snapshot (paper §7): chunk by chunk, resumed where the follower says. */
import { send } from './outbox.ts';
import { becomeSnapshot } from './progress.ts';
import type { Peer, Sending } from './progress.ts';
import type { State } from './state.ts';

const noBytes = new Uint8Array(0);

const sendBytes = (state: State, peer: Peer, sending: Sending, bytes: Uint8Array): void => {
  const { snapshot, offset } = sending;
  send(state, {
    type: 'snapshot-chunk',
    from: state.id,
    to: peer.id,
    term: state.term,
    index: snapshot.index,
    snapshotTerm: snapshot.term,
    membership: snapshot.membership,
    hash: snapshot.hash,
    offset,
    bytes,
    done: bytes !== noBytes && offset + bytes.length === snapshot.data.length,
    round: state.round,
  });
};

const sendChunk = (state: State, peer: Peer, offset: number): void => {
  const { sending } = peer;
  if (sending === undefined) return;
  const end = Math.min(offset + state.config.snapshotChunkBytes, sending.snapshot.data.length);
  sending.offset = offset;
  sending.length = end - offset;
  sending.round = state.round;
  sendBytes(state, peer, sending, sending.snapshot.data.slice(offset, end));
};

/** The log no longer reaches back to what `peer` needs next. */
export const beginSnapshot = (state: State, peer: Peer): void => {
  if (state.snapshot === undefined) return;
  becomeSnapshot(peer, state.snapshot);
  sendChunk(state, peer, 0);
};

/** No bytes, only the question which offset is wanted: a heartbeat that finds out whether a chunk was lost. */
export const probeSnapshot = (state: State, peer: Peer): void => {
  if (peer.sending !== undefined) sendBytes(state, peer, peer.sending, noBytes);
};

/** The follower wants `offset` next, as it said in answer to something of `round`. */
export const continueSnapshot = (
  state: State,
  peer: Peer,
  answer: { readonly offset: number; readonly round: number },
): void => {
  const { sending } = peer;
  if (sending === undefined) return;
  const arrived = sending.length > 0 && answer.offset === sending.offset + sending.length;
  // Only an answer to something sent after the chunk can say that the chunk is missing.
  const missing = answer.round > sending.round && answer.offset <= sending.offset;
  if (arrived || missing) sendChunk(state, peer, answer.offset);
};
