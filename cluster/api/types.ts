/** How a request is decided, before the node carries the decision out. */
import type { Instant, Random } from '../ports.ts';
import type { RaftStatus } from '../raft/types.ts';
import type { NetworkConfig } from '../store/objects.ts';
import type { Transaction, View } from '../store/types.ts';
import type { NodeConfig } from '../node/config.ts';
import type { ApiResponse } from './seam.ts';

export type LocalNodeState = 'inactive' | 'pending' | 'active' | 'error' | 'locked';

/** What the node itself knows, whatever the cluster's state. */
export type Local = {
  readonly config: NodeConfig;
  readonly state: LocalNodeState;
  readonly nodeId: string | undefined;
  readonly role: 'manager' | 'worker' | undefined;
  readonly address: string;
  /** Shown as Swarm.Error of `info`; empty where all is well. */
  readonly error: string;
  readonly managers: readonly { readonly nodeId: string; readonly address: string }[];
  readonly now: Instant;
  readonly random: Random;
};

/** What a request that reached the leader may look at. */
export type Leading = Local & { readonly view: View; readonly raft: RaftStatus };

export type InitRequest = {
  readonly advertiseAddr: string | undefined;
  readonly autoLock: boolean;
  readonly availability: 'active' | 'pause' | 'drain';
  /** The given Spec, not yet completed by defaults. */
  readonly spec: Readonly<Record<string, unknown>>;
  readonly networkConfig: NetworkConfig;
};
export type JoinSwarmRequest = {
  readonly remoteAddrs: readonly string[];
  readonly joinToken: string;
  readonly advertiseAddr: string | undefined;
  readonly availability: 'active' | 'pause' | 'drain';
};

export type Decision =
  | { readonly type: 'reply'; readonly response: ApiResponse }
  /** Changes of this node's own membership. */
  | { readonly type: 'init'; readonly request: InitRequest }
  | { readonly type: 'join'; readonly request: JoinSwarmRequest }
  | { readonly type: 'leave'; readonly force: boolean }
  | { readonly type: 'unlock'; readonly key: Uint8Array }
  /** `info` on a manager: shows the cluster where a leader answers, and Swarm.Error where none does, always with 200. */
  | { readonly type: 'info' }
  /** To the leader: itself, or forwarded once. */
  | { readonly type: 'leader' };

/** What the leader does with it. `unread`: the request cannot be read, so that any node would reply the same. */
export type LeaderDecision =
  | { readonly type: 'reply'; readonly response: ApiResponse; readonly unread?: boolean }
  /** Answered from the applied store once ReadIndex says that the leader still leads. */
  | { readonly type: 'read'; respond(leading: Leading): ApiResponse }
  /** Run in a transaction when its turn comes; the response goes out once that is committed. Nothing written: at once. */
  | { readonly type: 'write'; run(transaction: Transaction, leading: Leading): ApiResponse };
