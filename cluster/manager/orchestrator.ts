/** Brings the tasks of every service to what its spec asks for. */
import type { NodeObject, ServiceObject } from '../store/objects.ts';
import { isTerminal, isWanted } from '../store/task-transitions.ts';
import type { StoreEvent, Transaction } from '../store/types.ts';
import { meetsConstraints } from './constraints.ts';
import type { Desk } from './desk.ts';
import { isEligible, spread } from './global.ts';
import { heal } from './healing.ts';
import { isFull, type Loop } from './loop.ts';
import { byPlace, isGlobal, isInvalid, type PlaceTasks } from './place.ts';
import { removePlace, scale } from './replicated.ts';
import { Updating } from './updating.ts';

export class Orchestrator implements Loop {
  readonly name = 'orchestrator';
  readonly watches = ['node', 'service', 'task'] as const;
  readonly #desk: Desk;
  readonly #updating: Updating;
  /** Services to look at. */
  readonly #dirty = new Set<string>();

  constructor(desk: Desk) {
    this.#desk = desk;
    this.#updating = new Updating(desk);
  }

  get dueAt(): number {
    return this.#dirty.size > 0 ? this.#desk.now.mono : this.#updating.nextAlarm;
  }

  observe(event: StoreEvent): void {
    switch (event.kind) {
      case 'service':
        this.#dirty.add(event.op === 'remove' ? event.old.ID : event.object.ID);
        return;
      case 'task':
        this.#observeTask(event);
        return;
      case 'node':
        this.#observeNode(
          event.op === 'remove' ? undefined : event.object,
          event.op === 'create' ? undefined : event.old,
        );
        return;
      case 'cluster':
        return;
    }
  }

  resync(): void {
    for (const service of this.#desk.view.services()) this.#dirty.add(service.ID);
    for (const task of this.#desk.view.tasks()) {
      if (task.DesiredState !== 'remove' && this.#desk.view.service(task.ServiceID) === undefined) {
        this.#dirty.add(task.ServiceID);
      }
    }
  }

  run(transaction: Transaction): void {
    for (const serviceId of this.#updating.ring()) this.#dirty.add(serviceId);
    for (const serviceId of this.#dirty) {
      if (isFull(transaction)) return;
      const service = transaction.service(serviceId);
      const places = byPlace(transaction.tasksOfService(serviceId));
      if (service === undefined) this.#clear(transaction, serviceId, places);
      else this.#reconcile(transaction, service, places);
      if (!isFull(transaction)) this.#dirty.delete(serviceId);
    }
  }

  #observeTask(event: StoreEvent & { readonly kind: 'task' }): void {
    if (event.op === 'create') return;
    const { old } = event;
    if (event.op === 'remove') {
      if (isWanted(old.DesiredState)) this.#dirty.add(old.ServiceID);
      return;
    }
    const task = event.object;
    if (task.Status.State === old.Status.State) return;
    const ended = isTerminal(task.Status.State);
    const updating = this.#updating.isUnderWay(task.ServiceID);
    if (updating) this.#updating.observe(task);
    if (ended || (updating && task.Status.State === 'running')) this.#dirty.add(task.ServiceID);
  }

  /** A node that comes, goes or changes concerns the services on it, and all global ones. */
  #observeNode(node: NodeObject | undefined, old: NodeObject | undefined): void {
    const id = (node ?? old)?.ID ?? '';
    if (isInvalid(node) && !isInvalid(old)) {
      for (const task of this.#desk.view.tasksOfNode(id)) {
        if (isWanted(task.DesiredState)) this.#dirty.add(task.ServiceID);
      }
    }
    for (const service of this.#desk.view.services()) {
      if (isGlobal(service) && standing(node, service) !== standing(old, service)) {
        this.#dirty.add(service.ID);
      }
    }
  }

  /** The service is gone: so are its tasks, once they have stopped. */
  #clear(
    transaction: Transaction,
    serviceId: string,
    places: ReadonlyMap<string | number, PlaceTasks>,
  ): void {
    this.#updating.rest(serviceId);
    for (const place of places.values()) {
      if (!isFull(transaction)) removePlace(transaction, place);
    }
  }

  #reconcile(
    transaction: Transaction,
    service: ServiceObject,
    places: Map<string | number, PlaceTasks>,
  ): void {
    const global = isGlobal(service);
    for (const place of places.values()) {
      if (isFull(transaction)) return;
      const canReplace = !global || isEligible(transaction.node(place.nodeId), service);
      heal(this.#desk, transaction, { service, place, canReplace });
    }
    if (isFull(transaction)) return;
    if (global) spread(this.#desk, transaction, { service, places });
    else scale(this.#desk, transaction, { service, places });
    if (isFull(transaction)) return;
    this.#updating.advance(transaction, service, updatable(transaction, service, places, global));
  }
}

/** All that a global service looks at in a node. */
const standing = (node: NodeObject | undefined, service: ServiceObject): string => {
  if (node === undefined) return 'absent';
  if (!meetsConstraints(node, service.Spec.TaskTemplate)) return 'unfit';
  return isEligible(node, service) ? 'eligible' : 'kept';
};

/** The places that an update has to go through. */
const updatable = (
  transaction: Transaction,
  service: ServiceObject,
  places: ReadonlyMap<string | number, PlaceTasks>,
  global: boolean,
): readonly PlaceTasks[] => {
  const found: PlaceTasks[] = [];
  for (const place of places.values()) {
    const taken =
      place.wanted.length > 0 ||
      place.tasks.some((task) => transaction.task(task.ID)?.DesiredState === 'shutdown');
    if (!taken) continue;
    if (global && !isEligible(transaction.node(place.nodeId), service)) continue;
    found.push(place);
  }
  return found;
};
