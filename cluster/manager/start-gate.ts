/**
 * Lets tasks that are desired `ready` run: after the restart delay, and once their predecessor has stopped.
 * @source SwarmKit, manager/orchestrator/restart/restart.go (DelayStart).
 */
import type { TaskObject } from '../store/objects.ts';
import { isTerminal, isWanted } from '../store/task-transitions.ts';
import type { StoreEvent, Transaction, View } from '../store/types.ts';
import type { Desk } from './desk.ts';
import { delayAfter } from './healing.ts';
import { isFull, type Loop, never } from './loop.ts';
import { isOccupied, samePlace } from './place.ts';
import { setDesired } from './task-writing.ts';

/** How long a task waits for its predecessor at most. */
export const oldTaskTimeoutMs = 60_000;

type Waiting = {
  readonly serviceId: string;
  readonly since: number;
  /** `undefined` until the transaction that made it has been looked at. */
  notBefore: number | undefined;
  /** When it has to be looked at again, if nothing happens before. */
  checkAt: number;
};

export class StartGate implements Loop {
  readonly name = 'start-gate';
  readonly watches = ['node', 'task'] as const;
  readonly #desk: Desk;
  readonly #waiting = new Map<string, Waiting>();
  /** Those that wait no longer, as far as is written: where that is never committed, their time has gone on. */
  readonly #released = new Map<string, Waiting>();
  #next = never;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  get dueAt(): number {
    return this.#next;
  }

  observe(event: StoreEvent): void {
    if (event.kind === 'task') {
      if (event.op !== 'remove' && event.object.DesiredState === 'ready') this.#meet(event.object);
      if (this.#waiting.size > 0 && event.op !== 'create') {
        const ended = event.op === 'remove' || isTerminal(event.object.Status.State);
        if (ended) this.#look((waiting) => waiting.serviceId === event.old.ServiceID);
      }
    } else if (event.kind === 'node' && this.#waiting.size > 0) {
      const gone = event.op === 'remove' || event.object.Status.State === 'down';
      if (gone) this.#look(() => true);
    }
  }

  resync(): void {
    for (const task of this.#desk.view.tasks()) {
      if (task.DesiredState === 'ready') this.#meet(task);
    }
    this.#released.clear();
    this.#look(() => true);
  }

  run(transaction: Transaction): void {
    const now = this.#desk.now.mono;
    this.#next = never;
    for (const [taskId, waiting] of this.#waiting) {
      if (waiting.checkAt <= now && !isFull(transaction)) {
        this.#check(transaction, taskId, waiting);
      }
      if (this.#waiting.has(taskId)) this.#next = Math.min(this.#next, waiting.checkAt);
    }
  }

  #meet(task: TaskObject): void {
    if (this.#waiting.has(task.ID)) return;
    const now = this.#desk.now.mono;
    const released = this.#released.get(task.ID);
    this.#waiting.set(task.ID, {
      serviceId: task.ServiceID,
      since: released?.since ?? now,
      notBefore: released?.notBefore,
      checkAt: now,
    });
    this.#next = now;
  }

  #release(taskId: string, waiting: Waiting): void {
    this.#waiting.delete(taskId);
    this.#released.set(taskId, waiting);
  }

  #look(concerned: (waiting: Waiting) => boolean): void {
    for (const waiting of this.#waiting.values()) {
      if (!concerned(waiting)) continue;
      waiting.checkAt = this.#desk.now.mono;
      this.#next = waiting.checkAt;
    }
  }

  #check(transaction: Transaction, taskId: string, waiting: Waiting): void {
    const now = this.#desk.now.mono;
    const task = transaction.task(taskId);
    if (task?.DesiredState !== 'ready') {
      this.#release(taskId, waiting);
      return;
    }
    waiting.notBefore ??= waiting.since + delayOf(this.#desk, transaction, task);
    const giveUpAt = waiting.since + oldTaskTimeoutMs;
    if (now < waiting.notBefore) {
      waiting.checkAt = waiting.notBefore;
    } else if (now < giveUpAt && isOccupied(transaction, task)) {
      waiting.checkAt = giveUpAt;
    } else {
      setDesired(transaction, task, 'running');
      this.#release(taskId, waiting);
    }
  }
}

/**
 * The restart delay where the task follows one that ended. That one was last written with it, so it is among those written last;
 * no clock is asked, because leaders' clocks differ. An earlier one may have been written in the same moment, as its node came back.
 */
const delayOf = (desk: Desk, view: View, task: TaskObject): number => {
  let lastIndex = -1;
  let delay = 0;
  for (const other of view.tasksOfService(task.ServiceID)) {
    if (other.ID === task.ID || isWanted(other.DesiredState) || !samePlace(other, task)) continue;
    const { Index } = other.Version;
    if (Index < lastIndex) continue;
    const after = delayAfter(desk, other, view.node(other.NodeID));
    delay = Index > lastIndex ? after : Math.max(delay, after);
    lastIndex = Index;
  }
  return delay;
};
