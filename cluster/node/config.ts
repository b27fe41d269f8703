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

/** What a configuration may be told, and the least that makes sense of it. */
const leastOf = {
  electionTimeoutMsMin: 1,
  electionTimeoutMsMax: 2,
  heartbeatMs: 1,
  messageBytesMax: 1_024,
  inflightMessagesMax: 1,
  inflightBytesMax: 1_024,
  snapshotChunkBytes: 1_024,
  snapshotIntervalEntries: 1,
  trailingEntries: 0,
  segmentBytesMax: 4_096,
  dispatcherHeartbeatMs: 1,
  graceFactor: 1,
  unknownGraceFactor: 1,
  orphanAfterMs: 1,
  requestTimeoutMs: 1,
  sessionBackoffMsMin: 1,
  sessionBackoffMsMax: 1,
  restartDelayMs: 0,
  taskHistoryLimit: 0,
  reaperBatchMs: 0,
  schedulerDebounceMs: 0,
  joinTimeoutMs: 1,
} as const satisfies Record<keyof typeof defaultNodeConfig, number>;

/**
 * The one configuration, from a value of unknown origin; what is left out takes its default. Throws an error that names the field
 * and what was expected of it.
 */
export const parseNodeConfig = (value: unknown): NodeConfig => {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error(`the configuration must be an object with fields, not ${shown(value)}`);
  const given = value as Readonly<Record<string, unknown>>;
  for (const key of Object.keys(given))
    if (key !== 'name' && key !== 'advertiseAddr' && !(key in leastOf))
      throw new Error(`configuration: ${key} is not a field; known are ${knownFields()}`);
  const config = {
    ...defaultNodeConfig,
    ...numbersOf(given),
    name: nameOf(given.name),
    advertiseAddr: addressOf(given.advertiseAddr),
  };
  return checkedTogether(config);
};

const shown = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value));
const knownFields = (): string => ['name', 'advertiseAddr', ...Object.keys(leastOf)].join(', ');

const numbersOf = (
  given: Readonly<Record<string, unknown>>,
): Partial<Record<keyof typeof leastOf, number>> => {
  const numbers: Partial<Record<keyof typeof leastOf, number>> = {};
  for (const key of Object.keys(leastOf) as (keyof typeof leastOf)[]) {
    const number = given[key];
    if (number === undefined) continue;
    if (typeof number !== 'number' || !Number.isSafeInteger(number) || number < leastOf[key])
      throw new Error(
        `configuration: ${key} must be a whole number of at least ${leastOf[key]}, not ${shown(number)}`,
      );
    numbers[key] = number;
  }
  return numbers;
};

const nameOf = (name: unknown): string => {
  if (typeof name === 'string' && /^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/.test(name)) return name;
  throw new Error(
    `configuration: name must be a host name of at most 63 letters, digits, '.', '_' and '-', not ${shown(name)}`,
  );
};

const addressOf = (address: unknown): string => {
  if (typeof address === 'string' && /^(?:\[[^\]\s]+\]|[^:\s/]+):\d{1,5}$/.test(address))
    return address;
  throw new Error(`configuration: advertiseAddr must be host:port, not ${shown(address)}`);
};

const checkedTogether = (config: NodeConfig): NodeConfig => {
  for (const [less, more] of [
    ['electionTimeoutMsMin', 'electionTimeoutMsMax'],
    ['heartbeatMs', 'electionTimeoutMsMin'],
  ] as const)
    if (config[less] >= config[more])
      throw new Error(
        `configuration: ${less} (${config[less]}) must be less than ${more} (${config[more]})`,
      );
  if (config.sessionBackoffMsMin > config.sessionBackoffMsMax)
    throw new Error(
      `configuration: sessionBackoffMsMin (${config.sessionBackoffMsMin}) must not exceed sessionBackoffMsMax (${config.sessionBackoffMsMax})`,
    );
  return config;
};
