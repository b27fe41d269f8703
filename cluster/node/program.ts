/**
 * A node as a deterministic, event-driven program: events go in, effects come out, nothing is awaited.
 * A driver (the simulator, the server) gives it a world.
 */
import type { ApiRequest, ApiResponse } from '../api/seam.ts';
import type { Cipher, DiskOperation, Files, Instant, Random } from '../ports.ts';
import type { PeerMessage } from '../wire/messages.ts';
import type { NodeConfig } from './config.ts';
import type { NodeObservation } from './observation.ts';

export type NodeBoot = {
  readonly config: NodeConfig;
  readonly random: Random;
  readonly cipher: Cipher;
  readonly files: Files;
};

/** Who sent a message, as the transport has authenticated it; a joining node is known by its address only. */
export type Sender = { readonly nodeId: string | undefined; readonly address: string };

export type TaskReport = {
  readonly taskId: string;
  readonly state:
    | 'preparing'
    | 'ready'
    | 'starting'
    | 'running'
    | 'complete'
    | 'failed'
    | 'rejected'
    | 'shutdown';
  readonly message: string;
  readonly error: string;
  readonly exitCode: number | undefined;
  /** Host ports that the task listens on, for those who want to call it. */
  readonly ports: readonly number[];
};

export type NodeEvent =
  /** The first event of every boot. */
  | { readonly type: 'start' }
  /** The time asked for by the latest `wake` effect has come. An early or spurious one does no harm. */
  | { readonly type: 'wake' }
  | { readonly type: 'message'; readonly from: Sender; readonly message: PeerMessage }
  /** Persists complete in the order in which they were asked for. */
  | { readonly type: 'persisted'; readonly id: number }
  | { readonly type: 'persist-failed'; readonly id: number; readonly error: string }
  | { readonly type: 'request'; readonly id: number; readonly request: ApiRequest }
  /** The client went away; an answer is no longer wanted, what it asked for may still happen. */
  | { readonly type: 'request-aborted'; readonly id: number }
  | { readonly type: 'task'; readonly report: TaskReport };

/** What the executor is told to run: the built-in image and what it needs of the spec. */
export type TaskOrder = {
  readonly taskId: string;
  readonly serviceName: string;
  readonly image: string;
  readonly args: readonly string[];
  readonly env: readonly string[];
  readonly stopGraceMs: number;
};

export type NodeEffect =
  /** Written out, synchronously, before any later effect of the same event. */
  | { readonly type: 'observe'; readonly observation: NodeObservation }
  | { readonly type: 'persist'; readonly id: number; readonly operations: readonly DiskOperation[] }
  /** To an advertised `host:port`. It may be lost; nobody is told. */
  | { readonly type: 'send'; readonly to: string; readonly message: PeerMessage }
  /** Replaces the earlier one. Monotonic milliseconds. */
  | { readonly type: 'wake'; readonly at: number }
  | { readonly type: 'reply'; readonly id: number; readonly response: ApiResponse }
  | { readonly type: 'task-prepare' | 'task-start'; readonly order: TaskOrder }
  | { readonly type: 'task-stop'; readonly taskId: string; readonly graceMs: number }
  /** What the transport proves itself with from now on; `undefined` where the node belongs to no swarm. */
  | { readonly type: 'identity'; readonly identity: PeerIdentity | undefined }
  /** The node ends here: a fatal error of its disk, or it was told to stop. */
  | { readonly type: 'halt'; readonly reason: string };

/** Node traffic is authenticated by a secret that the join token buys; certificates will take this place. */
export type PeerIdentity = {
  readonly nodeId: string;
  readonly clusterId: string;
  /** Where peers reach this node, as it has told the swarm: what `Sender.address` shows of it. */
  readonly address: string;
  readonly secret: Uint8Array;
};

export type NodeProgram = {
  /** Handles one event; the effects are to be carried out in their order. */
  handle(event: NodeEvent, now: Instant): readonly NodeEffect[];
};
