/** The one validated value that a node is configured with. Times in milliseconds, sizes in bytes. */
export type NodeConfig = {
  /** The host name that the swarm shows. */
  readonly name: string;
  /** Where peers reach this node, `host:port`; also what it advertises when a request leaves that open. */
  readonly advertiseAddr: string;
  readonly electionTimeoutMsMin: number;
  readonly electionTimeoutMsMax: number;
  readonly heartbeatMs: number;
  readonly messageBytesMax: number;
  readonly inflightMessagesMax: number;
  readonly inflightBytesMax: number;
  readonly snapshotChunkBytes: number;
  /** Entries between snapshots, and how many stay behind one for followers that are late. */
  readonly snapshotIntervalEntries: number;
  readonly trailingEntries: number;
  readonly segmentBytesMax: number;
  /** Agents: heartbeat period; a node is down after `graceFactor` missed ones, after a leader change `unknownGraceFactor`. */
  readonly dispatcherHeartbeatMs: number;
  readonly graceFactor: number;
  readonly unknownGraceFactor: number;
  readonly orphanAfterMs: number;
  /** How long an API request may wait for a leader or a commit before it fails as Docker's does. */
  readonly requestTimeoutMs: number;
  readonly sessionBackoffMsMin: number;
  readonly sessionBackoffMsMax: number;
  readonly restartDelayMs: number;
  readonly taskHistoryLimit: number;
  readonly reaperBatchMs: number;
  readonly schedulerDebounceMs: number;
  /** A new member that made no progress for this long is dropped again. */
  readonly joinTimeoutMs: number;
};

/** Docker's own figures are far slower (facts in docs/architecture.md); these suit one machine or one rack. */
export const defaultNodeConfig: Omit<NodeConfig, 'name' | 'advertiseAddr'> = {
  electionTimeoutMsMin: 150,
  electionTimeoutMsMax: 300,
  heartbeatMs: 50,
  messageBytesMax: 65_536,
  inflightMessagesMax: 256,
  inflightBytesMax: 1 << 20,
  snapshotChunkBytes: 65_536,
  snapshotIntervalEntries: 10_000,
  trailingEntries: 500,
  segmentBytesMax: 4 << 20,
  dispatcherHeartbeatMs: 500,
  graceFactor: 3,
  unknownGraceFactor: 6,
  orphanAfterMs: 24 * 3_600_000,
  requestTimeoutMs: 5_000,
  sessionBackoffMsMin: 50,
  sessionBackoffMsMax: 1_000,
  restartDelayMs: 500,
  taskHistoryLimit: 5,
  reaperBatchMs: 250,
  schedulerDebounceMs: 20,
  joinTimeoutMs: 10_000,
};
