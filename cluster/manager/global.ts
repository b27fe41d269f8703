/**
 * Keeps one task of a global service on every node that may run it.
 * @source SwarmKit, manager/orchestrator/global/global.go.
 */
import type { NodeObject, ServiceObject } from '../store/objects.ts';
import type { Transaction } from '../store/types.ts';
import { meetsConstraints } from './constraints.ts';
import type { Desk } from './desk.ts';
import { isFull } from './loop.ts';
import { isExhausted, isInvalid, makingOf, type PlaceTasks } from './place.ts';
import { removePlace } from './replicated.ts';
import { createTask } from './task-writing.ts';

/** Whether the node gets a new task of the service: it is active, not down, and meets the constraints. */
export const isEligible = (node: NodeObject | undefined, service: ServiceObject): boolean =>
  node !== undefined &&
  !isInvalid(node) &&
  node.Spec.Availability === 'active' &&
  meetsConstraints(node, service.Spec.TaskTemplate);

export const spread = (
  desk: Desk,
  transaction: Transaction,
  work: { readonly service: ServiceObject; readonly places: Map<string | number, PlaceTasks> },
): void => {
  const { service, places } = work;
  const making = makingOf(service.Spec, transaction);
  for (const node of transaction.nodes()) {
    if (isFull(transaction)) return;
    if (!isEligible(node, service)) continue;
    const place = places.get(node.ID) ?? { slot: 0, nodeId: node.ID, tasks: [], wanted: [] };
    if (place.wanted.length > 0 || isExhausted(place, making)) continue;
    place.wanted.push(createTask(desk, transaction, { service, place, desired: 'running' }));
    places.set(node.ID, place);
  }
  for (const place of places.values()) {
    if (isFull(transaction)) return;
    const node = transaction.node(place.nodeId);
    if (node === undefined || !meetsConstraints(node, making.TaskTemplate)) {
      removePlace(transaction, place);
    }
  }
};
