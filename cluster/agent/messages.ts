/** Between an agent and the dispatcher of the leader. */
import type { TaskState } from '../store/objects.ts';

export type AssignedTask = {
  readonly id: string;
  readonly serviceId: string;
  readonly serviceName: string;
  readonly slot: number;
  readonly image: string;
  readonly args: readonly string[];
  readonly env: readonly string[];
  readonly stopGraceMs: number;
  readonly desired: TaskState;
  readonly state: TaskState;
};

export type TaskStatusUpdate = {
  readonly taskId: string;
  readonly state: TaskState;
  readonly message: string;
  readonly error: string;
  readonly exitCode: number | undefined;
  readonly ports: readonly number[];
  /** Wall milliseconds of the agent. */
  readonly at: number;
};

export type AgentMessage =
  /** Opens a session. A manager that does not lead answers `not-leader`. */
  | {
      readonly type: 'register';
      readonly nonce: string;
      readonly nodeId: string;
      readonly hostname: string;
      readonly address: string;
    }
  | { readonly type: 'heartbeat'; readonly session: string; readonly beat: number }
  | {
      readonly type: 'status';
      readonly session: string;
      readonly batch: number;
      readonly updates: readonly TaskStatusUpdate[];
    }
  /** The agent has all assignments up to this sequence. */
  | { readonly type: 'assigned'; readonly session: string; readonly sequence: number }
  | { readonly type: 'leave'; readonly session: string };

export type DispatcherMessage =
  | {
      readonly type: 'session';
      readonly nonce: string;
      readonly session: string;
      readonly heartbeatMs: number;
      readonly managers: readonly { readonly nodeId: string; readonly address: string }[];
    }
  | {
      readonly type: 'not-leader';
      readonly nonce: string;
      readonly leader: string | undefined;
      readonly managers: readonly { readonly nodeId: string; readonly address: string }[];
    }
  /** The session is unknown or over: register again. `removed`: the node was removed from the swarm, for good. */
  | { readonly type: 'session-invalid'; readonly session: string; readonly removed: boolean }
  | {
      readonly type: 'heartbeat-ack';
      readonly session: string;
      readonly beat: number;
      readonly managers: readonly { readonly nodeId: string; readonly address: string }[];
    }
  | { readonly type: 'status-ack'; readonly session: string; readonly batch: number }
  /**
   * `complete`: this is all there is. Otherwise changes on top of `appliesTo`; sent again until `assigned` comes. `more`: the next
   * message goes on with the complete set, which is in force once its last part is there. Never sent where it would say `false`.
   */
  | {
      readonly type: 'assignments';
      readonly session: string;
      readonly complete: boolean;
      readonly more?: true | undefined;
      readonly appliesTo: number;
      readonly sequence: number;
      readonly update: readonly AssignedTask[];
      readonly remove: readonly string[];
    };
