/**
 * Rejects tasks on nodes that no longer meet their constraints; the orchestrator then replaces them. Drained nodes are the
 * orchestrator's business, paused ones keep what they have.
 * @source SwarmKit, manager/orchestrator/constraintenforcer/constraint_enforcer.go.
 */
import type { NodeObject } from '../store/objects.ts';
import { isAssigned, isWanted } from '../store/task-transitions.ts';
import type { StoreEvent, Transaction } from '../store/types.ts';
import { sameValue } from '../store/values.ts';
import { meetsConstraints } from './constraints.ts';
import type { Desk } from './desk.ts';
import { isFull, type Loop, never } from './loop.ts';
import { changeTask, statusOf } from './task-writing.ts';

export class ConstraintEnforcer implements Loop {
  readonly name = 'constraint-enforcer';
  readonly watches = ['node', 'service'] as const;
  readonly #desk: Desk;
  readonly #dirty = new Set<string>();

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  get dueAt(): number {
    return this.#dirty.size > 0 ? this.#desk.now.mono : never;
  }

  observe(event: StoreEvent): void {
    if (event.kind === 'node' && event.op === 'update') {
      if (isAnother(event.object, event.old)) this.#dirty.add(event.object.ID);
    } else if (event.kind === 'service' && event.op === 'update') {
      const { TaskTemplate } = event.object.Spec;
      if (sameValue(TaskTemplate.Placement, event.old.Spec.TaskTemplate.Placement)) return;
      for (const task of this.#desk.view.tasksOfService(event.object.ID)) {
        if (task.NodeID !== '') this.#dirty.add(task.NodeID);
      }
    }
  }

  resync(): void {
    for (const node of this.#desk.view.nodes()) this.#dirty.add(node.ID);
  }

  run(transaction: Transaction): void {
    for (const nodeId of this.#dirty) {
      const node = transaction.node(nodeId);
      if (node?.Spec.Availability === 'active') this.#enforce(transaction, node);
      if (isFull(transaction)) return;
      this.#dirty.delete(nodeId);
    }
  }

  #enforce(transaction: Transaction, node: NodeObject): void {
    for (const task of transaction.tasksOfNode(node.ID)) {
      if (!isWanted(task.DesiredState) || !isAssigned(task.Status.State)) continue;
      const template = transaction.service(task.ServiceID)?.Spec.TaskTemplate ?? task.Spec;
      if (meetsConstraints(node, template)) continue;
      const Status = statusOf(
        this.#desk,
        'rejected',
        'task rejected by constraint enforcer',
        'assigned node no longer meets constraints',
      );
      changeTask(transaction, task, { Status });
    }
  }
}

/** Anything that constraints look at. */
const isAnother = (node: NodeObject, old: NodeObject): boolean =>
  node.role !== old.role ||
  node.Status.Addr !== old.Status.Addr ||
  !sameValue(node.Spec, old.Spec) ||
  !sameValue(node.Description, old.Description);
