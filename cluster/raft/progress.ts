/** What a leader knows of one other member, and how much it may send it (probe, replicate, snapshot). */
import type { LogIndex, RaftId, Snapshot } from './types.ts';

/** A snapshot on its way: one chunk at a time, sent again only once an answer shows that it was lost. */
export type Sending = {
  readonly snapshot: Snapshot;
  /** Of the chunk last sent. */
  offset: number;
  length: number;
  /** The round in which that chunk was sent. */
  round: number;
};

export type Peer = {
  readonly id: RaftId;
  voter: boolean;
  /** The last index known to be durable there. Never goes back, unless it is lost. */
  match: LogIndex;
  /** The round in which `match` was acknowledged. */
  matchRound: number;
  /** Up to where it acknowledged what it has lost. */
  lost: LogIndex | undefined;
  next: LogIndex;
  /**
   * probe: it is not known where the logs meet, one message at a time. replicate: messages are pipelined, `next` runs ahead.
   * snapshot: the log no longer has what it needs.
   */
  mode: 'probe' | 'replicate' | 'snapshot';
  /** A probe is out; the next one waits for its answer or the next heartbeat. */
  paused: boolean;
  sending: Sending | undefined;
  /** Messages sent and not acknowledged, oldest first. */
  readonly window: { readonly last: LogIndex; readonly bytes: number }[];
  windowBytes: number;
  heardAt: number;
  /** The newest round that it has answered. */
  ackedRound: number;
  /** Rounds of catching up (dissertation §4.2.1): one ends when `match` reaches the log's end as of its start. */
  catchUpTarget: LogIndex;
  catchUpStartedAt: number;
  caughtUp: boolean;
};

export const createPeer = (id: RaftId, voter: boolean, last: LogIndex, now: number): Peer => ({
  id,
  voter,
  match: 0,
  matchRound: 0,
  lost: undefined,
  next: Math.max(1, last),
  mode: 'probe',
  paused: false,
  sending: undefined,
  window: [],
  windowBytes: 0,
  heardAt: now,
  ackedRound: 0,
  catchUpTarget: last,
  catchUpStartedAt: now,
  caughtUp: false,
});

const clearWindow = (peer: Peer): void => {
  peer.window.length = 0;
  peer.windowBytes = 0;
};

export const becomeProbe = (peer: Peer, next: LogIndex): void => {
  clearWindow(peer);
  peer.mode = 'probe';
  peer.paused = false;
  peer.sending = undefined;
  peer.next = Math.max(next, peer.match + 1);
};

export const becomeReplicate = (peer: Peer): void => {
  clearWindow(peer);
  peer.mode = 'replicate';
  peer.paused = false;
  peer.sending = undefined;
  peer.next = peer.match + 1;
};

export const becomeSnapshot = (peer: Peer, snapshot: Snapshot): void => {
  clearWindow(peer);
  peer.mode = 'snapshot';
  peer.paused = false;
  peer.sending = { snapshot, offset: 0, length: 0, round: 0 };
};

export const sent = (peer: Peer, last: LogIndex, bytes: number): void => {
  peer.next = last + 1;
  peer.window.push({ last, bytes });
  peer.windowBytes += bytes;
};

/** Takes acknowledged messages out of the window: an answer to a later one answers the earlier ones too. */
export const freeUpTo = (peer: Peer, index: LogIndex): void => {
  const { window } = peer;
  let freed = 0;
  for (const message of window) {
    if (message.last > index) break;
    freed += 1;
    peer.windowBytes -= message.bytes;
  }
  if (freed > 0) window.splice(0, freed);
};

/** Ends rounds of catching up; `last` is the log's end now. */
export const noteCatchUp = (
  peer: Peer,
  last: LogIndex,
  at: { now: number; fastMs: number },
): void => {
  if (peer.match < peer.catchUpTarget) return;
  peer.caughtUp = at.now - peer.catchUpStartedAt <= at.fastMs;
  peer.catchUpTarget = last;
  peer.catchUpStartedAt = at.now;
};
