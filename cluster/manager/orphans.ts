/** Gives up tasks on nodes that were removed, or that have been down for very long. */
import { isAssigned } from '../store/task-transitions.ts';
import type { StoreEvent, Transaction } from '../store/types.ts';
import type { Desk } from './desk.ts';
import type { Liveness } from './liveness.ts';
import { isFull, type Loop, never } from './loop.ts';
import { changeTask, statusOf } from './task-writing.ts';

export const nodeDeleted = 'Task belonged to a node that has been deleted';
export const nodeDownForLong = 'Task belonged to a node that has been down for too long';

export class Orphans implements Loop {
  readonly name = 'orphans';
  readonly watches = ['node'] as const;
  readonly #desk: Desk;
  readonly #liveness: Liveness;
  /** When each down or removed node's tasks are given up. */
  readonly #dueAt = new Map<string, number>();
  #next = never;

  constructor(desk: Desk, liveness: Liveness) {
    this.#desk = desk;
    this.#liveness = liveness;
  }

  get dueAt(): number {
    return this.#next;
  }

  observe(event: StoreEvent): void {
    if (event.kind !== 'node') return;
    if (event.op === 'remove') this.#schedule(event.old.ID, this.#desk.now.mono);
    else this.#noteDown(event.object.ID, event.object.Status.State === 'down');
  }

  resync(): void {
    for (const node of this.#desk.view.nodes()) {
      this.#noteDown(node.ID, node.Status.State === 'down');
    }
    for (const task of this.#desk.view.tasks()) {
      const { NodeID, Status } = task;
      if (isAssigned(Status.State) && this.#desk.view.node(NodeID) === undefined) {
        this.#schedule(NodeID, this.#desk.now.mono);
      }
    }
  }

  run(transaction: Transaction): void {
    this.#next = never;
    for (const [nodeId, at] of this.#dueAt) {
      if (at <= this.#desk.now.mono && !isFull(transaction)) this.#giveUp(transaction, nodeId);
      const left = this.#dueAt.get(nodeId);
      if (left !== undefined) this.#next = Math.min(this.#next, left);
    }
  }

  #noteDown(nodeId: string, down: boolean): void {
    if (!down) {
      this.#dueAt.delete(nodeId);
    } else if (!this.#dueAt.has(nodeId)) {
      const since = this.#liveness.downSince(nodeId) ?? this.#desk.now.mono;
      this.#schedule(nodeId, since + this.#desk.config.orphanAfterMs);
    }
  }

  #schedule(nodeId: string, at: number): void {
    this.#dueAt.set(nodeId, at);
    this.#next = Math.min(this.#next, at);
  }

  #giveUp(transaction: Transaction, nodeId: string): void {
    const node = transaction.node(nodeId);
    const message = node === undefined ? nodeDeleted : nodeDownForLong;
    if (node === undefined || node.Status.State === 'down') {
      for (const task of transaction.tasksOfNode(nodeId)) {
        if (!isAssigned(task.Status.State)) continue;
        if (isFull(transaction)) return;
        changeTask(transaction, task, { Status: statusOf(this.#desk, 'orphaned', message) });
      }
    }
    this.#dueAt.delete(nodeId);
  }
}
