/**
 * Gives services their ports, and new tasks what they need before they can be scheduled: that their service has its ports. Networks will add
 * addresses here. A task that has to wait says why.
 * @source SwarmKit, manager/allocator/network.go (allocateTask), which tells its log alone why.
 */
import type { ServiceObject, TaskObject } from '../store/objects.ts';
import { isWanted } from '../store/task-transitions.ts';
import type { StoreEvent, Transaction } from '../store/types.ts';
import type { Desk } from './desk.ts';
import { isFull, type Loop, never } from './loop.ts';
import { hasItsPorts, portsFor } from './port-allocation.ts';
import { changeTask, statusOf } from './task-writing.ts';

export class Allocator implements Loop {
  readonly name = 'allocator';
  readonly watches = ['service', 'task'] as const;
  readonly #desk: Desk;
  /** Services to look at. */
  readonly #services = new Set<string>();
  /** Services that could not have their ports. Their new tasks wait. */
  readonly #stuck = new Set<string>();
  readonly #fresh = new Set<string>();

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  get dueAt(): number {
    return this.#services.size + this.#fresh.size > 0 ? this.#desk.now.mono : never;
  }

  observe(event: StoreEvent): void {
    if (event.kind === 'service') {
      if (event.op !== 'remove') this.#note(event.object);
      // What this one no longer holds, another may wait for.
      if (event.op !== 'create' && event.old.ports !== undefined) {
        for (const id of this.#stuck) this.#services.add(id);
      }
    } else if (event.kind === 'task' && event.op === 'create') {
      if (event.object.Status.State === 'new') this.#fresh.add(event.object.ID);
    }
  }

  resync(): void {
    for (const service of this.#desk.view.services()) this.#note(service);
    for (const task of this.#desk.view.tasks()) {
      if (task.Status.State === 'new') this.#fresh.add(task.ID);
    }
  }

  run(transaction: Transaction): void {
    for (const id of this.#services) {
      if (isFull(transaction)) return;
      this.#services.delete(id);
      this.#serve(transaction, id);
    }
    for (const id of this.#fresh) {
      if (isFull(transaction)) return;
      this.#fresh.delete(id);
      const task = transaction.task(id);
      if (task?.Status.State !== 'new' || !isWanted(task.DesiredState)) continue;
      this.#admit(transaction, task);
    }
  }

  #admit(transaction: Transaction, task: TaskObject): void {
    const service = transaction.service(task.ServiceID);
    if (service === undefined || hasItsPorts(service)) {
      const Status = statusOf(this.#desk, 'pending', 'pending task scheduling');
      changeTask(transaction, task, { Status });
      return;
    }
    const why = `service ${service.ID} to which task ${task.ID} belongs has pending allocations`;
    // It is asked again and again, and said once.
    if (task.Status.Err === why) return;
    const Status = statusOf(this.#desk, 'new', task.Status.Message, why);
    changeTask(transaction, task, { Status });
  }

  #note(service: ServiceObject): void {
    if (!hasItsPorts(service)) this.#services.add(service.ID);
  }

  #serve(transaction: Transaction, id: string): void {
    this.#stuck.delete(id);
    const service = transaction.service(id);
    if (service === undefined || hasItsPorts(service)) return;
    const ports = portsFor(transaction, service);
    if (ports === undefined) this.#stuck.add(id);
    const { ports: had, ...rest } = service;
    if (ports === undefined && had === undefined) return;
    const next = ports === undefined || ports.length === 0 ? rest : { ...rest, ports };
    transaction.update('service', next, undefined);
    if (ports === undefined) return;
    for (const task of transaction.tasksOfService(id)) {
      if (task.Status.State === 'new') this.#fresh.add(task.ID);
    }
  }
}
