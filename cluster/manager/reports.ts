/** Writes what agents report of their tasks: only forward, and only of tasks that are theirs. */
import type { TaskStatusUpdate } from '../agent/messages.ts';
import type { TaskObject } from '../store/objects.ts';
import { agentMayReport } from '../store/task-transitions.ts';
import { timestampOf } from '../store/timestamp.ts';
import type { Transaction, View } from '../store/types.ts';
import type { Desk } from './desk.ts';
import { isFull, type Loop, never } from './loop.ts';
import { changeTask } from './task-writing.ts';

/**
 * How long a report waits for those of other nodes, or for any other change, so that one entry carries them all.
 * @source SwarmKit, manager/dispatcher/dispatcher.go (maxBatchInterval).
 */
export const reportBatchMs = 100;

type Report = { readonly nodeId: string; readonly update: TaskStatusUpdate };

export class Reports implements Loop {
  readonly name = 'reports';
  readonly watches = [] as const;
  readonly #desk: Desk;
  /** By task, the newest one of each node. */
  readonly #waiting = new Map<string, Report>();
  #next = never;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  get dueAt(): number {
    return this.#next;
  }

  get canRun(): boolean {
    return this.#waiting.size > 0;
  }

  /** Takes in a report of a node that proved itself. */
  receive(nodeId: string, update: TaskStatusUpdate): void {
    if (isSettled(this.#desk.view, nodeId, update)) return;
    this.#waiting.set(update.taskId, { nodeId, update });
    if (this.#next === never) this.#next = this.#desk.now.mono + reportBatchMs;
  }

  observe(): void {
    // Reports come from agents, not from the store.
  }

  resync(): void {
    // An agent reports again until the store shows what it said.
  }

  run(transaction: Transaction): void {
    for (const [taskId, { nodeId, update }] of this.#waiting) {
      if (isFull(transaction)) return;
      this.#waiting.delete(taskId);
      const task = transaction.task(taskId);
      if (task === undefined || isSettled(transaction, nodeId, update)) continue;
      changeTask(transaction, task, { Status: reported(task, update) });
    }
    this.#next = never;
  }
}

/** Whether a report has nothing (more) to change: it is written, it came too late, or it is none of the node's business. */
export const isSettled = (view: View, nodeId: string, update: TaskStatusUpdate): boolean => {
  const task = view.task(update.taskId);
  return task?.NodeID !== nodeId || !agentMayReport(task.Status.State, update.state);
};

const reported = (task: TaskObject, update: TaskStatusUpdate): TaskObject['Status'] => {
  const { ContainerStatus, PortStatus } = task.Status;
  const container =
    update.exitCode === undefined
      ? ContainerStatus
      : { ContainerID: task.ID, PID: 0, ExitCode: update.exitCode };
  const ports =
    update.ports.length === 0
      ? PortStatus
      : {
          Ports: update.ports.map((port) => ({
            Protocol: 'tcp',
            PublishedPort: port,
            PublishMode: 'host',
          })),
        };
  return {
    Timestamp: timestampOf(update.at),
    State: update.state,
    Message: update.message,
    ...(update.error === '' ? undefined : { Err: update.error }),
    ...(container === undefined ? undefined : { ContainerStatus: container }),
    ...(ports === undefined ? undefined : { PortStatus: ports }),
  };
};
