/**
 * Keeps as many slots filled as a replicated service asks for.
 * @source SwarmKit, manager/orchestrator/replicated/services.go.
 */
import type { ServiceObject } from '../store/objects.ts';
import type { Transaction } from '../store/types.ts';
import type { Desk } from './desk.ts';
import { isFull } from './loop.ts';
import { isExhausted, makingOf, type PlaceTasks } from './place.ts';
import { createTask, setDesired } from './task-writing.ts';

type Places = Map<string | number, PlaceTasks>;

export const replicasOf = (service: ServiceObject): number => {
  const { Mode } = service.Spec;
  return Mode !== undefined && 'Replicated' in Mode ? (Mode.Replicated.Replicas ?? 1) : 1;
};

/** Adds and removes slots; what it adds is added to `places` as well. */
export const scale = (
  desk: Desk,
  transaction: Transaction,
  work: { readonly service: ServiceObject; readonly places: Places },
): void => {
  const { service, places } = work;
  const taken: PlaceTasks[] = [];
  const making = makingOf(service.Spec, transaction);
  for (const place of places.values()) {
    if (place.wanted.length > 0 || isExhausted(place, making)) taken.push(place);
  }
  const wanted = replicasOf(service);
  if (taken.length > wanted) {
    for (const place of worstFirst(taken).slice(0, taken.length - wanted)) {
      if (isFull(transaction)) return;
      removePlace(transaction, place);
    }
  } else if (taken.length < wanted) {
    addSlots(desk, transaction, { service, places, taken, missing: wanted - taken.length });
  }
  for (const place of places.values()) {
    if (isFull(transaction)) return;
    if (place.wanted.length === 0 && !taken.includes(place)) removePlace(transaction, place);
  }
};

/** Nothing of the place is wanted any more, its history neither. */
export const removePlace = (transaction: Transaction, place: PlaceTasks): void => {
  for (const { ID } of place.tasks) {
    const task = transaction.task(ID);
    if (task !== undefined && task.DesiredState !== 'remove') {
      setDesired(transaction, task, 'remove');
    }
  }
  for (const task of place.wanted) {
    const now = transaction.task(task.ID);
    if (now !== undefined && now.DesiredState !== 'remove') setDesired(transaction, now, 'remove');
  }
  place.wanted = [];
};

/** The lowest free slot numbers first. */
const addSlots = (
  desk: Desk,
  transaction: Transaction,
  work: {
    readonly service: ServiceObject;
    readonly places: Places;
    readonly taken: readonly PlaceTasks[];
    readonly missing: number;
  },
): void => {
  const { service, places, taken } = work;
  const numbers = new Set(taken.map((place) => place.slot));
  let { missing } = work;
  for (let slot = 1; missing > 0 && !isFull(transaction); slot += 1) {
    if (numbers.has(slot)) continue;
    missing -= 1;
    let place = places.get(slot);
    if (place === undefined) {
      places.set(slot, (place = { slot, nodeId: '', tasks: [], wanted: [] }));
    }
    place.wanted.push(createTask(desk, transaction, { service, place, desired: 'running' }));
  }
};

/** Slots that do not run first, then those on nodes with the most copies, then the highest numbers. */
const worstFirst = (places: readonly PlaceTasks[]): readonly PlaceTasks[] => {
  const copies = new Map<string, number>();
  const ranked = [...places]
    .sort((left, right) => left.slot - right.slot)
    .map((place) => {
      const running = place.wanted.find((task) => task.Status.State === 'running');
      const nodeId = (running ?? place.wanted[0])?.NodeID ?? '';
      const copy = (copies.get(nodeId) ?? 0) + 1;
      copies.set(nodeId, copy);
      return { place, runs: running !== undefined, copy };
    });
  ranked.sort(
    (left, right) =>
      Number(left.runs) - Number(right.runs) ||
      right.copy - left.copy ||
      right.place.slot - left.place.slot,
  );
  return ranked.map(({ place }) => place);
};
