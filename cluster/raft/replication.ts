/** The leader's side of the log (paper §5.3): what each follower is sent, how far ahead, and what its answers mean. */
import { peerOf } from './membership.ts';
import { send } from './outbox.ts';
import { becomeProbe, becomeReplicate, freeUpTo, noteCatchUp, sent } from './progress.ts';
import type { Peer } from './progress.ts';
import { noteLoss, showsLoss, tellOfLoss } from './regression.ts';
import { beginSnapshot, probeSnapshot } from './snapshot-sending.ts';
import type { State } from './state.ts';
import { entryBytes } from './sizes.ts';
import type { Entry, LogIndex, RaftMessage, Term } from './types.ts';

const noEntries: readonly Entry[] = [];

const sendAppend = (state: State, peer: Peer, prevTerm: Term, entries: readonly Entry[]): void => {
  send(state, {
    type: 'append',
    from: state.id,
    to: peer.id,
    term: state.term,
    prevIndex: peer.next - 1,
    prevTerm,
    entries,
    commit: state.commit,
    round: state.round,
  });
};

/** As many entries from `peer.next` on as one message holds; at least one. */
const takeBatch = (state: State, from: LogIndex): { last: LogIndex; bytes: number } => {
  const { log, config } = state;
  let last = from - 1;
  let bytes = 0;
  for (let entry = log.at(from); entry !== undefined; entry = log.at(last + 1)) {
    const more = entryBytes(entry);
    if (bytes > 0 && bytes + more > config.messageBytesMax) break;
    bytes += more;
    last = entry.index;
  }
  return { last, bytes };
};

const mayPipeline = (state: State, peer: Peer): boolean =>
  peer.window.length < state.config.inflightMessagesMax &&
  peer.windowBytes < state.config.inflightBytesMax;

/** Sends the entries that `peer` lacks, as far as its progress allows. */
export const replicate = (state: State, peer: Peer): void => {
  if (peer.lost !== undefined) return;
  while (peer.mode !== 'snapshot' && peer.next <= state.log.lastIndex) {
    if (peer.mode === 'probe' ? peer.paused : !mayPipeline(state, peer)) return;
    const prevTerm = state.log.term(peer.next - 1);
    if (prevTerm === undefined) {
      beginSnapshot(state, peer);
      return;
    }
    const { last, bytes } = takeBatch(state, peer.next);
    sendAppend(state, peer, prevTerm, state.log.slice(peer.next, last));
    if (peer.mode === 'probe') peer.paused = true;
    else sent(peer, last, bytes);
  }
};

/** Heartbeats are for idle periods (paper §5.2): what every peer was sent just now puts off the next one. */
const postponeHeartbeat = (state: State): void => {
  state.heartbeatAt = state.now + state.config.heartbeatMs;
};

export const replicateToAll = (state: State): void => {
  let reached = true;
  for (const peer of state.peers) {
    replicate(state, peer);
    if (peer.mode !== 'replicate' || peer.next <= state.log.lastIndex) reached = false;
  }
  if (reached) postponeHeartbeat(state);
};

/**
 * An append without entries: it carries round and commit, and shows whether what was sent before has arrived, because the
 * follower refuses it where the entry before it is missing.
 */
export const sendRound = (state: State, peer: Peer): void => {
  const prevTerm = peer.mode === 'snapshot' ? undefined : state.log.term(peer.next - 1);
  if (peer.lost !== undefined) tellOfLoss(state, peer, peer.lost);
  else if (peer.mode === 'snapshot') probeSnapshot(state, peer);
  else if (prevTerm === undefined) beginSnapshot(state, peer);
  else sendAppend(state, peer, prevTerm, noEntries);
};

/** A round of its own: everybody is sent something, and whoever answers follows still. */
export const heartbeat = (state: State): void => {
  state.round += 1;
  postponeHeartbeat(state);
  for (const peer of state.peers) {
    if (peer.mode === 'probe' && peer.next <= state.log.lastIndex) {
      peer.paused = false;
      replicate(state, peer);
    } else sendRound(state, peer);
  }
};

/** Any answer of this term shows that the follower still follows, and in which round it did so. */
export const noteHeard = (state: State, peer: Peer, round: number): void => {
  peer.heardAt = state.now;
  if (round > peer.ackedRound && round <= state.round) peer.ackedRound = round;
};

/** `match` moved up, or was confirmed. */
export const noteMatch = (state: State, peer: Peer, index: LogIndex): void => {
  const { log } = state;
  if (index > log.lastIndex) return;
  freeUpTo(peer, index);
  if (index > peer.match) {
    peer.match = index;
    peer.matchRound = state.round;
  }
  if (peer.next <= peer.match) peer.next = peer.match + 1;
  if (peer.mode === 'probe' || (peer.mode === 'snapshot' && peer.match >= log.baseIndex))
    becomeReplicate(peer);
  if (!peer.voter)
    noteCatchUp(peer, log.lastIndex, {
      now: state.now,
      fastMs: state.config.electionTimeoutMsMin,
    });
};

/** The last entry, at or before `index`, whose term is no later than `term`: where the two logs may meet. */
const meetingPoint = (state: State, index: LogIndex, term: Term): LogIndex => {
  let at = Math.min(index, state.log.lastIndex);
  while (at > state.log.baseIndex && (state.log.term(at) ?? 0) > term) at -= 1;
  return at;
};

type AppendResponse = Extract<RaftMessage, { type: 'append-response' }>;

/** Takes in a follower's answer. The caller looks at commit and reads afterwards. */
export const handleAppendResponse = (state: State, response: AppendResponse): void => {
  const peer = peerOf(state, response.from);
  if (peer === undefined || peer.lost !== undefined) return;
  if (showsLoss(state, peer, response)) {
    noteLoss(state, peer);
    return;
  }
  noteHeard(state, peer, response.round);
  if (response.ok) noteMatch(state, peer, response.index);
  else if (peer.mode !== 'snapshot') {
    const refusedBelow = peer.next - 1;
    // A late refusal: what it asks for has been acknowledged since.
    if (response.index < peer.match || response.index >= refusedBelow) return;
    becomeProbe(peer, meetingPoint(state, response.index, response.conflictTerm) + 1);
  }
  replicate(state, peer);
};
