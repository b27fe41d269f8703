/** How often the shell looks after its links and for stalls of the machine, in milliseconds. */
export const tickMs = 50;

/** What the shell allows itself: times in milliseconds, sizes in bytes. */
export type ServerLimits = {
  /** The longest frame that is sent or accepted between nodes. */
  readonly frameBytesMax: number;
  /** Messages that wait for a connection, for each peer; the oldest go first, as if the network had lost them. */
  readonly queueMessagesMax: number;
  readonly queueBytesMax: number;
  /** How long a message may wait for a connection: an old one is worth nothing to its receiver. */
  readonly queueMsMax: number;
  /** Bytes handed to a socket that it has not taken yet; beyond that messages wait in the queue. */
  readonly unsentBytesMax: number;
  readonly redialMsMin: number;
  readonly redialMsMax: number;
  /** The pause after a peer has turned the proof down: it will not change its mind at once. */
  readonly refusedMs: number;
  /** From dialling until the peer's challenge, and from a challenge until the answer. */
  readonly handshakeMs: number;
  /** A connection is given up when what was sent on it stays unconfirmed for this long. Alike on all nodes: they confirm in good time. */
  readonly stallMs: number;
  /** An idle connection is asked for a sign of life this often. */
  readonly pingMs: number;
  /** A peer that nothing was sent to for this long is let go; an incoming connection that says nothing, too. */
  readonly idleMs: number;
  readonly peersMax: number;
  readonly incomingMax: number;
  /** The longest body of an API request. */
  readonly bodyBytesMax: number;
};

export const defaultServerLimits: ServerLimits = {
  frameBytesMax: 4 << 20,
  queueMessagesMax: 1024,
  queueBytesMax: 8 << 20,
  queueMsMax: 1_000,
  unsentBytesMax: 1 << 20,
  redialMsMin: 5,
  redialMsMax: 40,
  refusedMs: 500,
  handshakeMs: 1_000,
  stallMs: 1_000,
  pingMs: 250,
  idleMs: 30_000,
  peersMax: 256,
  incomingMax: 512,
  bodyBytesMax: 4 << 20,
};
