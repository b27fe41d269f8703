/**
 * Deletes tasks that nobody needs: removed ones once they have stopped, and history beyond its limit.
 * @source SwarmKit, manager/orchestrator/taskreaper/task_reaper.go.
 */
import type { ServiceObject, TaskObject } from '../store/objects.ts';
import { isAssigned, isTerminal, isWanted } from '../store/task-transitions.ts';
import type { StoreEvent, Transaction, View } from '../store/types.ts';
import { sameValue } from '../store/values.ts';
import type { Desk } from './desk.ts';
import { isFull, type Loop, never } from './loop.ts';
import { attemptsOf, endedByItself, makingOf, samePlace } from './place.ts';

export class Reaper implements Loop {
  readonly name = 'reaper';
  readonly watches = ['cluster', 'service', 'task'] as const;
  readonly #desk: Desk;
  /** Tasks that may have to go, or whose place may hold too much history. */
  readonly #dirty = new Set<string>();
  #next = never;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  get dueAt(): number {
    return this.#next;
  }

  get canRun(): boolean {
    return this.#dirty.size > 0;
  }

  observe(event: StoreEvent): void {
    const { view } = this.#desk;
    switch (event.kind) {
      case 'task':
        if (event.op !== 'remove' && mayGo(event.object)) this.#note(event.object.ID);
        return;
      case 'service':
        // Another restart policy sets another limit.
        if (event.op === 'update' && hasOtherTemplate(event.object, event.old)) {
          this.#noteAll(view.tasksOfService(event.object.ID));
        }
        return;
      case 'cluster':
        if (event.op === 'update') this.#noteAll(view.tasks());
    }
  }

  resync(): void {
    this.#noteAll(this.#desk.view.tasks());
  }

  run(transaction: Transaction): void {
    for (const id of this.#dirty) {
      if (isFull(transaction)) return;
      const task = transaction.task(id);
      if (task !== undefined) this.#reap(transaction, task);
      if (!isFull(transaction)) this.#dirty.delete(id);
    }
    this.#next = never;
  }

  #noteAll(tasks: readonly TaskObject[]): void {
    for (const task of tasks) if (mayGo(task)) this.#note(task.ID);
  }

  #note(taskId: string): void {
    this.#dirty.add(taskId);
    if (this.#next === never) this.#next = this.#desk.now.mono + this.#desk.config.reaperBatchMs;
  }

  #reap(transaction: Transaction, task: TaskObject): void {
    if (isWanted(task.DesiredState)) return;
    if (!isAssigned(task.Status.State) && !isTerminal(task.Status.State)) {
      // It never began: there is neither anything to stop nor a history to keep.
      transaction.remove('task', task.ID);
    } else if (task.DesiredState !== 'remove') {
      this.#trim(transaction, task);
    } else if (!isAssigned(task.Status.State)) {
      transaction.remove('task', task.ID);
    }
  }

  /** Keeps the newest history of the task's place. */
  #trim(transaction: Transaction, task: TaskObject): void {
    const limit = this.#limit(transaction, task) || leastOf(transaction, task);
    if (limit < 0) return;
    const history = transaction
      .tasksOfService(task.ServiceID)
      .filter((other) => samePlace(other, task) && !isWanted(other.DesiredState))
      .filter((other) => other.DesiredState !== 'remove' && isTerminal(other.Status.State));
    const excess = history.length - limit;
    if (excess <= 0) return;
    const from = transaction.service(task.ServiceID)?.Spec ?? {
      TaskTemplate: task.Spec,
      EndpointSpec: task.endpoint,
    };
    const making = makingOf(from, transaction);
    const counted = new Set(attemptsOf(history, making).filter(endedByItself));
    const counts = (other: TaskObject): boolean => counted.has(other);
    history.sort(
      (left, right) => Number(counts(left)) - Number(counts(right)) || byAge(left, right),
    );
    for (const { ID } of history.slice(0, excess)) transaction.remove('task', ID);
  }

  /** What the restart policy counts has to stay: one more task than the attempts that it allows. */
  #limit(view: View, task: TaskObject): number {
    const attempts =
      (view.service(task.ServiceID)?.Spec.TaskTemplate ?? task.Spec).RestartPolicy?.MaxAttempts ??
      0;
    if (attempts > 0) return attempts + 1;
    return (
      view.cluster?.Spec.Orchestration.TaskHistoryRetentionLimit ??
      this.#desk.config.taskHistoryLimit
    );
  }
}

/** Ended, or never begun, and no longer wanted. */
const mayGo = (task: TaskObject): boolean =>
  !isWanted(task.DesiredState) &&
  (task.DesiredState === 'remove' ||
    isTerminal(task.Status.State) ||
    !isAssigned(task.Status.State));

const hasOtherTemplate = (service: ServiceObject, old: ServiceObject): boolean =>
  !sameValue(service.Spec.TaskTemplate, old.Spec.TaskTemplate);

/**
 * Where nothing is kept: what ended last in a place that nothing else has taken tells that it is not to be started again.
 * @source SwarmKit, task_reaper.go: a slot is looked at when a task is made in it
 */
const leastOf = (view: View, task: TaskObject): number =>
  view
    .tasksOfService(task.ServiceID)
    .some((other) => samePlace(other, task) && isWanted(other.DesiredState))
    ? 0
    : 1;

/** Whatever was written last is the newest: by the log, and by no clock, because leaders' clocks differ. */
const byAge = (left: TaskObject, right: TaskObject): number =>
  left.Version.Index - right.Version.Index || (left.ID < right.ID ? -1 : 1);
