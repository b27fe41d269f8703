/** The cluster's spec: what a client may give, completed by this node's defaults. */
import type { NodeConfig } from '../node/config.ts';
import type { ClusterSpec } from '../store/objects.ts';
import { BodyReader } from './body.ts';
import type { Fields } from './body.ts';
import { clusterSpecType } from './go-types.ts';
import type { GoType } from './go-types.ts';
import { objectionable, refuse, refuseRpc, unreadable } from './respond.ts';
import type { Failed } from './respond.ts';
import type { ApiResponse, Json } from './seam.ts';

const nanosPerMs = 1_000_000;
const hourNanos = 3_600_000 * nanosPerMs;
/** 90 days. @source swarmkit, ca/certificates.go */
const certExpiryNanos = 90 * 24 * hourNanos;

export type SpecResult = { readonly ok: true; readonly spec: ClusterSpec } | Failed;

/**
 * A field that is absent or 0 takes its default, also in an update: clients send the whole spec.
 * @source moby, daemon/cluster/swarm.go (Update); swarmkit, manager/controlapi/cluster.go (validateClusterSpec)
 */
export const completeClusterSpec = (
  body: Json | undefined,
  config: NodeConfig,
  type: GoType = clusterSpecType,
): SpecResult => {
  const reader = new BodyReader(body, type);
  const spec = specOf(reader, config);
  if (reader.problem !== undefined) return unreadable(reader.problem);
  const response = objection(reader.fields, spec);
  return response === undefined ? { ok: true, spec } : objectionable(response);
};

const specOf = (reader: BodyReader, config: NodeConfig): ClusterSpec => {
  const { fields } = reader;
  const part = (name: string): Fields => reader.part(name, fields[name]) ?? {};
  const orchestration = part('Orchestration');
  const raft = part('Raft');
  const dispatcher = part('Dispatcher');
  const ca = part('CAConfig');
  const encryption = part('EncryptionConfig');
  reader.text('Name', fields.Name);
  /** 0 stands for "not given". */
  const given = (value: number | undefined, otherwise: number): number =>
    value === undefined || value === 0 ? otherwise : value;
  const ticks = (path: string, value: Json | undefined, otherwise: number): number =>
    given(reader.whole(path, value, 'int'), otherwise);
  const entries = (path: string, value: Json | undefined, otherwise: number): number =>
    given(reader.count(path, value, 'uint64'), otherwise);
  const duration = (path: string, value: Json | undefined, otherwise: number): number =>
    given(reader.whole(path, value), otherwise);
  const electionTick = Math.max(1, Math.round(config.electionTimeoutMsMin / config.heartbeatMs));
  return {
    Name: 'default',
    Labels: reader.table('Labels', fields.Labels) ?? {},
    Orchestration: {
      TaskHistoryRetentionLimit:
        reader.whole(
          'Orchestration.TaskHistoryRetentionLimit',
          orchestration.TaskHistoryRetentionLimit,
        ) ?? config.taskHistoryLimit,
    },
    Raft: {
      SnapshotInterval: entries(
        'Raft.SnapshotInterval',
        raft.SnapshotInterval,
        config.snapshotIntervalEntries,
      ),
      KeepOldSnapshots: reader.count('Raft.KeepOldSnapshots', raft.KeepOldSnapshots, 'uint64') ?? 0,
      LogEntriesForSlowFollowers: entries(
        'Raft.LogEntriesForSlowFollowers',
        raft.LogEntriesForSlowFollowers,
        config.trailingEntries,
      ),
      ElectionTick: ticks('Raft.ElectionTick', raft.ElectionTick, electionTick),
      HeartbeatTick: ticks('Raft.HeartbeatTick', raft.HeartbeatTick, 1),
    },
    Dispatcher: {
      HeartbeatPeriod: duration(
        'Dispatcher.HeartbeatPeriod',
        dispatcher.HeartbeatPeriod,
        config.dispatcherHeartbeatMs * nanosPerMs,
      ),
    },
    CAConfig: {
      NodeCertExpiry: duration('CAConfig.NodeCertExpiry', ca.NodeCertExpiry, certExpiryNanos),
    },
    TaskDefaults: (reader.part('TaskDefaults', fields.TaskDefaults) ??
      {}) as ClusterSpec['TaskDefaults'],
    EncryptionConfig: {
      AutoLockManagers:
        reader.flag('EncryptionConfig.AutoLockManagers', encryption.AutoLockManagers) ?? false,
    },
  };
};

const objection = (fields: Fields, spec: ClusterSpec): ApiResponse | undefined => {
  const name = fields.Name ?? '';
  if (name !== '' && name !== 'default') return refuse(400, 'swarm spec must be named "default"');
  if (spec.CAConfig.NodeCertExpiry < hourNanos)
    return refuseRpc('InvalidArgument', 'minimum certificate expiry time is: 1h0m0s');
  if (spec.Dispatcher.HeartbeatPeriod < 0)
    return refuseRpc('InvalidArgument', 'heartbeat time period cannot be a negative duration');
  return undefined;
};
