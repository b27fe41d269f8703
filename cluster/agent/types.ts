/** What runs on every node of a swarm: keeps a session with the leader's dispatcher, runs the tasks assigned to it. */
import type { NodeConfig } from '../node/config.ts';
import type { TaskOrder, TaskReport } from '../node/program.ts';
import type { DiskOperation, Files, Instant, Random } from '../ports.ts';
import type { AgentMessage, DispatcherMessage } from './messages.ts';

export type ManagerAddress = { readonly nodeId: string; readonly address: string };

export type AgentInput =
  | { readonly type: 'start' }
  | { readonly type: 'tick' }
  | { readonly type: 'dispatcher'; readonly from: string; readonly message: DispatcherMessage }
  /** Who the managers are, as a replica on this very node says it. */
  | { readonly type: 'managers'; readonly managers: readonly ManagerAddress[] }
  | { readonly type: 'report'; readonly report: TaskReport }
  /** What its assignments depend on (see `persist`) is durable now. */
  | { readonly type: 'persisted'; readonly sequence: number }
  /** Leaves the swarm: stops every task, then says so with `left`. */
  | { readonly type: 'leave' };

export type AgentOutput = {
  readonly messages: readonly { readonly to: string; readonly message: AgentMessage }[];
  readonly prepare: readonly TaskOrder[];
  readonly start: readonly TaskOrder[];
  readonly stop: readonly { readonly taskId: string; readonly graceMs: number }[];
  /** Assigned tasks and their last states, so that they survive a restart; an assignment is confirmed once it is durable. */
  readonly persist:
    { readonly sequence: number; readonly operations: readonly DiskOperation[] } | undefined;
  /** Local states of tasks that changed, for observers. */
  readonly changes: readonly { readonly id: string; readonly state: string }[];
  /** After the input `leave`: every task is stopped, and the dispatcher was told where there was one. */
  readonly left: boolean;
};

export type Agent = {
  step(input: AgentInput, now: Instant): AgentOutput;
  readonly deadline: number | undefined;
  /** It will have no session any more: its node was removed, or left. */
  readonly isOver: boolean;
  /** Managers known so far, best first. */
  readonly managers: readonly ManagerAddress[];
};

export type AgentBoot = {
  readonly config: NodeConfig;
  readonly random: Random;
  readonly nodeId: string;
  readonly address: string;
  /** `worker/tasks.json` of an earlier boot is read from here. */
  readonly files: Files;
  readonly managers: readonly ManagerAddress[];
};
