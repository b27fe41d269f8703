/**
 * The replicated objects, in the shapes of the Docker Engine API, so that the API shows them as they are.
 * Every object is frozen; a change makes a new one.
 */
import type { Json } from '../api/seam.ts';

export const taskStates = [
  'new',
  'pending',
  'assigned',
  'accepted',
  'preparing',
  'ready',
  'starting',
  'running',
  'complete',
  'shutdown',
  'failed',
  'rejected',
  'remove',
  'orphaned',
] as const;
export type TaskState = (typeof taskStates)[number];

export type Meta = {
  /** The commit index at the start of the transaction that last wrote the object. */
  readonly Version: { readonly Index: number };
  /** RFC 3339, of the leader's wall clock. */
  readonly CreatedAt: string;
  readonly UpdatedAt: string;
};

export type Labels = Readonly<Record<string, string>>;

export type NodeSpec = {
  readonly Name?: string;
  readonly Labels: Labels;
  readonly Role: 'manager' | 'worker';
  readonly Availability: 'active' | 'pause' | 'drain';
};

export type NodeObject = Meta & {
  readonly ID: string;
  readonly Spec: NodeSpec;
  readonly Description: {
    readonly Hostname: string;
    readonly Platform: { readonly Architecture: string; readonly OS: string };
    readonly Resources: { readonly NanoCPUs: number; readonly MemoryBytes: number };
    readonly Engine: { readonly EngineVersion: string; readonly Labels: Labels };
  };
  readonly Status: {
    readonly State: 'unknown' | 'down' | 'ready' | 'disconnected';
    readonly Message: string;
    readonly Addr: string;
  };
  /** The actual role; `Spec.Role` is the desired one. Not shown by the API. */
  readonly role: 'manager' | 'worker';
  /** The member's id in Raft, for managers. Not shown by the API. */
  readonly raftId: string | undefined;
  /** Where peers reach the node, `host:port`. Not shown by the API. */
  readonly address: string;
};

export type RestartPolicy = {
  readonly Condition?: 'none' | 'on-failure' | 'any';
  /** Nanoseconds. */
  readonly Delay?: number;
  readonly MaxAttempts?: number;
  /** Nanoseconds. */
  readonly Window?: number;
};

export type TaskSpec = {
  readonly ContainerSpec: {
    readonly Image: string;
    readonly Args?: readonly string[];
    readonly Command?: readonly string[];
    readonly Env?: readonly string[];
    /** Nanoseconds. */
    readonly StopGracePeriod?: number;
    readonly [key: string]: Json | undefined;
  };
  readonly RestartPolicy?: RestartPolicy;
  readonly Placement?: {
    readonly Constraints?: readonly string[];
    readonly MaxReplicas?: number;
    readonly Preferences?: readonly {
      readonly Spread?: { readonly SpreadDescriptor?: string };
    }[];
    readonly [key: string]: Json | undefined;
  };
  readonly ForceUpdate?: number;
  readonly [key: string]: Json | undefined;
};

export type PortConfig = {
  readonly Name?: string;
  readonly Protocol?: string;
  readonly TargetPort?: number;
  readonly PublishedPort?: number;
  readonly PublishMode?: string;
};

export type EndpointSpec = { readonly Mode?: string; readonly Ports?: readonly PortConfig[] };

export type ServiceSpec = {
  readonly Name: string;
  readonly Labels?: Labels;
  readonly TaskTemplate: TaskSpec;
  readonly Mode?:
    | { readonly Replicated: { readonly Replicas?: number } }
    | { readonly Global: Readonly<Record<string, never>> };
  readonly EndpointSpec?: EndpointSpec;
  /** Kept and shown as given. */
  readonly [key: string]: Json | undefined;
};

export type ServiceObject = Meta & {
  readonly ID: string;
  readonly Spec: ServiceSpec;
  readonly PreviousSpec?: ServiceSpec;
  /** The ports of its spec, each ingress port with its number, once it has them; shown as `Endpoint.Ports`. */
  readonly ports?: readonly PortConfig[];
  /** How the rolling update to `Spec.TaskTemplate` goes. A write that changes the template and leaves this as it was drops it. */
  readonly UpdateStatus?: UpdateStatus;
};

export type UpdateStatus = {
  readonly State:
    | 'updating'
    | 'paused'
    | 'completed'
    | 'rollback_started'
    | 'rollback_paused'
    | 'rollback_completed';
  readonly StartedAt: string;
  readonly CompletedAt?: string;
  readonly Message: string;
};

export type TaskObject = Meta & {
  readonly ID: string;
  readonly Spec: TaskSpec;
  readonly ServiceID: string;
  readonly ServiceName: string;
  /** 1 and up; 0 for tasks of global services, which are keyed by NodeID. */
  readonly Slot: number;
  /** Empty until it is assigned. */
  readonly NodeID: string;
  readonly Status: {
    readonly Timestamp: string;
    readonly State: TaskState;
    readonly Message: string;
    readonly Err?: string;
    readonly ContainerStatus?: {
      readonly ContainerID: string;
      readonly PID: number;
      readonly ExitCode: number;
    };
    readonly PortStatus?: { readonly Ports?: readonly Json[] };
  };
  readonly DesiredState: TaskState;
  /** `Version.Index` of the service whose spec this task was made from. Not shown by the API. */
  readonly specVersion: number;
  /** What its service published when it was made: its host ports are taken on its node as long as it may run there. Not shown by the API. */
  readonly endpoint: EndpointSpec | undefined;
};

export type ClusterSpec = {
  readonly Name: 'default';
  readonly Labels: Labels;
  readonly Orchestration: { readonly TaskHistoryRetentionLimit: number };
  readonly Raft: {
    readonly SnapshotInterval: number;
    readonly KeepOldSnapshots: number;
    readonly LogEntriesForSlowFollowers: number;
    readonly ElectionTick: number;
    readonly HeartbeatTick: number;
  };
  /** Nanoseconds. */
  readonly Dispatcher: { readonly HeartbeatPeriod: number };
  readonly CAConfig: { readonly NodeCertExpiry: number };
  readonly TaskDefaults: Readonly<Record<string, Json>>;
  readonly EncryptionConfig: { readonly AutoLockManagers: boolean };
};

/** Settled when the swarm begins. */
export type NetworkConfig = {
  /** CIDR. */
  readonly DefaultAddrPool: readonly string[];
  /** Bits. */
  readonly SubnetSize: number;
  readonly DataPathPort: number;
};

export type ClusterObject = Meta & {
  readonly ID: string;
  readonly Spec: ClusterSpec;
  readonly networkConfig: NetworkConfig;
  readonly JoinTokens: { readonly Worker: string; readonly Manager: string };
  /** Key of all managers, 32 bytes as base64; `undefined` while autolock is off. Never shown but by its own endpoint. */
  readonly unlockKey: string | undefined;
  /** Grows with every rotation and every turn on or off. */
  readonly unlockKeyVersion: number;
  /** Base64. What node traffic proves itself with. Never shown. */
  readonly peerSecret: string;
  /** Ids of nodes removed for good. */
  readonly removedNodes: readonly string[];
};

export type ObjectKinds = {
  readonly cluster: ClusterObject;
  readonly node: NodeObject;
  readonly service: ServiceObject;
  readonly task: TaskObject;
};
export type Kind = keyof ObjectKinds;
