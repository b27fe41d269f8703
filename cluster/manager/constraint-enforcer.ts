/**
 * Rejects tasks on nodes that changed and no longer meet their constraints; the orchestrator then replaces them. Drained nodes are the
 * orchestrator's business, paused ones keep what they have. Where constraints changed, tasks are replaced by an update.
 * @source SwarmKit, manager/orchestrator/constraintenforcer/constraint_enforcer.go.
 */
import type { NodeObject, TaskObject, TaskSpec } from '../store/objects.ts';
import { isAssigned, isWanted } from '../store/task-transitions.ts';
import type { StoreEvent, Transaction, View } from '../store/types.ts';
import { sameValue } from '../store/values.ts';
import { meetsConstraints } from './constraints.ts';
import type { Desk } from './desk.ts';
import { isFull, type Loop, never } from './loop.ts';
import { changeTask, statusOf } from './task-writing.ts';
import { isPaused, isUnderWay } from './updating.ts';

export class ConstraintEnforcer implements Loop {
  readonly name = 'constraint-enforcer';
  readonly watches = ['node'] as const;
  readonly #desk: Desk;
  readonly #dirty = new Set<string>();

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  get dueAt(): number {
    return this.#dirty.size > 0 ? this.#desk.now.mono : never;
  }

  observe(event: StoreEvent): void {
    if (event.kind !== 'node' || event.op !== 'update') return;
    if (isAnother(event.object, event.old)) this.#dirty.add(event.object.ID);
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
      if (meetsConstraints(node, bindingOn(transaction, task))) continue;
      if (isFull(transaction)) return;
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

/**
 * The service's constraints, which a task may have met without being made anew; its own as long as an update has to replace it, by as
 * many at once as are configured and not all of them.
 */
const bindingOn = (view: View, task: TaskObject): TaskSpec => {
  const service = view.service(task.ServiceID);
  if (service === undefined) return task.Spec;
  const { Spec, UpdateStatus } = service;
  return isUnderWay(UpdateStatus) || isPaused(UpdateStatus) ? task.Spec : Spec.TaskTemplate;
};

/** Anything that constraints look at. */
const isAnother = (node: NodeObject, old: NodeObject): boolean =>
  node.role !== old.role ||
  node.Status.Addr !== old.Status.Addr ||
  !sameValue(node.Spec, old.Spec) ||
  !sameValue(node.Description, old.Description);
