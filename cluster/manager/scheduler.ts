/**
 * Places pending tasks on nodes: spread as the service prefers, then by service, then by total. A task that fits nowhere says why.
 * @source SwarmKit, manager/scheduler/scheduler.go.
 */
import type { NodeObject, TaskObject } from '../store/objects.ts';
import { hostPorts } from '../store/ports.ts';
import { isTerminal, isWanted } from '../store/task-transitions.ts';
import type { StoreEvent, Transaction, View } from '../store/types.ts';
import { sameValue } from '../store/values.ts';
import type { Desk } from './desk.ts';
import { Failures } from './failures.ts';
import { suitable, type Wish } from './filters.ts';
import { isFull, type Loop, never } from './loop.ts';
import { loadsOf, type NodeLoad } from './node-load.ts';
import { isMadeFrom } from './place.ts';
import { compareCrowds, crowdsOf, type Crowds } from './spread.ts';
import { changeTask, statusOf } from './task-writing.ts';

export class Scheduler implements Loop {
  readonly name = 'scheduler';
  readonly watches = ['node', 'service', 'task'] as const;
  readonly #desk: Desk;
  readonly #failures: Failures;
  /** Pending tasks that nobody tried to place yet. */
  readonly #fresh = new Set<string>();
  /** Pending tasks that fitted nowhere. */
  readonly #stuck = new Set<string>();
  /** When they are tried again, because something changed. */
  #retryAt = never;

  constructor(desk: Desk) {
    this.#desk = desk;
    this.#failures = new Failures(desk);
  }

  get dueAt(): number {
    return this.#fresh.size > 0 ? this.#desk.now.mono : this.#retryAt;
  }

  observe(event: StoreEvent): void {
    if (event.kind === 'service') {
      if (event.op === 'update') this.#retrySoon();
    } else if (event.kind === 'node') {
      if (event.op === 'create' || (event.op === 'update' && canHelp(event.object, event.old))) {
        this.#retrySoon();
      }
    } else if (event.kind === 'task') {
      if (event.op === 'remove') {
        this.#fresh.delete(event.old.ID);
        this.#stuck.delete(event.old.ID);
        return;
      }
      const task = event.object;
      if (task.Status.State === 'pending') {
        if (!this.#stuck.has(task.ID)) this.#fresh.add(task.ID);
      } else if (event.op === 'update' && frees(task, event.old)) {
        this.#failures.note(task);
        this.#retrySoon();
      }
    }
  }

  resync(): void {
    for (const task of this.#desk.view.tasks()) {
      if (task.Status.State === 'pending') this.#fresh.add(task.ID);
    }
  }

  run(transaction: Transaction): void {
    const due = new Set(this.#fresh);
    if (this.#desk.now.mono >= this.#retryAt) for (const id of this.#stuck) due.add(id);
    let loads: readonly NodeLoad[] | undefined;
    for (const id of due) {
      if (isFull(transaction)) return;
      this.#fresh.delete(id);
      this.#stuck.delete(id);
      const task = transaction.task(id);
      if (task?.Status.State !== 'pending' || !isWanted(task.DesiredState)) continue;
      loads ??= loadsOf(transaction);
      this.#place(transaction, task, loads);
    }
    if (this.#desk.now.mono >= this.#retryAt) this.#retryAt = never;
  }

  #retrySoon(): void {
    if (this.#stuck.size === 0) return;
    this.#retryAt = Math.min(
      this.#retryAt,
      this.#desk.now.mono + this.#desk.config.schedulerDebounceMs,
    );
  }

  #place(transaction: Transaction, task: TaskObject, loads: readonly NodeLoad[]): void {
    const candidates =
      task.NodeID === '' ? loads : loads.filter((load) => load.node.ID === task.NodeID);
    const wish = wishOf(transaction, task);
    const found = suitable(wish, candidates);
    if ('why' in found) {
      this.#stuck.add(task.ID);
      if (task.Status.Err === found.why) return;
      const Status = statusOf(this.#desk, 'pending', task.Status.Message, found.why);
      changeTask(transaction, task, { Status });
      return;
    }
    const best = this.#best(task, found.loads, crowdsOf(wish, loads));
    best.take(task);
    const Message =
      task.NodeID === ''
        ? 'scheduler assigned task to node'
        : 'scheduler confirmed task can run on preassigned node';
    const Status = statusOf(this.#desk, 'assigned', Message);
    changeTask(transaction, task, { NodeID: best.node.ID, Status });
  }

  /** The first in SwarmKit's order; equals in order of their ids. */
  #best(
    task: TaskObject,
    [first, ...others]: readonly NodeLoad[],
    crowds: Crowds | undefined,
  ): NodeLoad {
    if (first === undefined) throw new Error(`No node to choose from for task ${task.ID}`);
    let best = first;
    for (const load of others) {
      const order = compareCrowds(crowds, load, best) || this.#compare(task, load, best);
      if (order < 0) best = load;
    }
    return best;
  }

  #compare(task: TaskObject, left: NodeLoad, right: NodeLoad): number {
    return (
      this.#failures.weight(task, left.node.ID) - this.#failures.weight(task, right.node.ID) ||
      left.tasksOf(task.ServiceID) - right.tasksOf(task.ServiceID) ||
      left.total - right.total
    );
  }
}

/** Where the placement alone changed, a task that still waits follows the new one until the update comes to it. */
const wishOf = (view: View, task: TaskObject): Wish => {
  const serviceId = task.ServiceID;
  const spec = view.service(serviceId)?.Spec;
  const template = spec !== undefined && isMadeFrom(task, spec) ? spec.TaskTemplate : task.Spec;
  return { serviceId, template, hostPorts: hostPorts(task.endpoint) };
};

/** A node that became able to take tasks that it could not take before. */
const canHelp = (node: NodeObject, old: NodeObject): boolean =>
  node.Status.State !== old.Status.State ||
  node.role !== old.role ||
  !sameValue(node.Spec, old.Spec) ||
  !sameValue(node.Description, old.Description);

/** The task makes room on its node. */
const frees = (task: TaskObject, old: TaskObject): boolean =>
  (isTerminal(task.Status.State) && !isTerminal(old.Status.State)) ||
  (!isWanted(task.DesiredState) && isWanted(old.DesiredState));
