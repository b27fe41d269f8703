/** Gives new tasks what they need before they can be scheduled. Networks will add addresses here; today nothing is needed. */
import { isWanted } from '../store/task-transitions.ts';
import type { StoreEvent, Transaction } from '../store/types.ts';
import type { Desk } from './desk.ts';
import { isFull, type Loop, never } from './loop.ts';
import { changeTask, statusOf } from './task-writing.ts';

export class Allocator implements Loop {
  readonly name = 'allocator';
  readonly watches = ['task'] as const;
  readonly #desk: Desk;
  readonly #fresh = new Set<string>();

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  get dueAt(): number {
    return this.#fresh.size > 0 ? this.#desk.now.mono : never;
  }

  observe(event: StoreEvent): void {
    if (event.kind === 'task' && event.op === 'create' && event.object.Status.State === 'new') {
      this.#fresh.add(event.object.ID);
    }
  }

  resync(): void {
    for (const task of this.#desk.view.tasks()) {
      if (task.Status.State === 'new') this.#fresh.add(task.ID);
    }
  }

  run(transaction: Transaction): void {
    for (const id of this.#fresh) {
      if (isFull(transaction)) return;
      this.#fresh.delete(id);
      const task = transaction.task(id);
      if (task?.Status.State !== 'new' || !isWanted(task.DesiredState)) continue;
      const Status = statusOf(this.#desk, 'pending', 'pending task scheduling');
      changeTask(transaction, task, { Status });
    }
  }
}
