/** Objects as a small swarm begins with them. */
import type { ClusterObject, NodeObject, ServiceSpec } from '../../store/objects.ts';
import type { Unstamped } from '../../store/types.ts';

export const clusterObject = (): Unstamped<ClusterObject> => ({
  ID: 'cluster',
  Spec: {
    Name: 'default',
    Labels: {},
    Orchestration: { TaskHistoryRetentionLimit: 5 },
    Raft: {
      SnapshotInterval: 10_000,
      KeepOldSnapshots: 0,
      LogEntriesForSlowFollowers: 500,
      ElectionTick: 10,
      HeartbeatTick: 1,
    },
    Dispatcher: { HeartbeatPeriod: 500e6 },
    CAConfig: { NodeCertExpiry: 7_776_000e9 },
    TaskDefaults: {},
    EncryptionConfig: { AutoLockManagers: false },
  },
  networkConfig: { DefaultAddrPool: [], SubnetSize: 24, DataPathPort: 4789 },
  JoinTokens: { Worker: 'w', Manager: 'm' },
  unlockKey: undefined,
  unlockKeyVersion: 0,
  peerSecret: '',
  removedNodes: [],
});

export const nodeObject = (
  { id, address }: { readonly id: string; readonly address: string },
  manager: boolean,
): Unstamped<NodeObject> => ({
  ID: id,
  Spec: { Labels: {}, Role: manager ? 'manager' : 'worker', Availability: 'active' },
  Description: {
    Hostname: id,
    Platform: { Architecture: 'x86_64', OS: 'linux' },
    Resources: { NanoCPUs: 2e9, MemoryBytes: 4e9 },
    Engine: { EngineVersion: '0', Labels: {} },
  },
  Status: { State: 'unknown', Message: '', Addr: '' },
  role: manager ? 'manager' : 'worker',
  raftId: undefined,
  address,
});

export const serviceSpec = (name: string, spec: Partial<ServiceSpec> = {}): ServiceSpec => ({
  Name: name,
  TaskTemplate: { ContainerSpec: { Image: 'schism/echo' } },
  Mode: { Replicated: { Replicas: 2 } },
  ...spec,
});
