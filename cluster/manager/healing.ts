/**
 * Replaces tasks that ended, or whose node takes no tasks any more, as their restart policy says.
 * @source SwarmKit, manager/orchestrator/restart/restart.go.
 */
import type { NodeObject, ServiceObject, TaskObject } from '../store/objects.ts';
import { isTerminal, taskStateRank } from '../store/task-transitions.ts';
import type { Transaction } from '../store/types.ts';
import type { Desk } from './desk.ts';
import {
  endedByItself,
  isCurrent,
  isInvalid,
  type MadeFrom,
  type Making,
  makingOf,
  mayRestart,
  type PlaceTasks,
} from './place.ts';
import { createTask, setDesired } from './task-writing.ts';

/** The wait before a task is started again, in milliseconds. */
export const restartDelayMs = (desk: Desk, task: TaskObject): number => {
  const nanoseconds = task.Spec.RestartPolicy?.Delay;
  return nanoseconds === undefined ? desk.config.restartDelayMs : nanoseconds / 1e6;
};

/** `canReplace`: the place may have a new task at all. */
export const heal = (
  desk: Desk,
  transaction: Transaction,
  work: {
    readonly service: ServiceObject;
    readonly place: PlaceTasks;
    readonly canReplace: boolean;
  },
): void => {
  const { service, place, canReplace } = work;
  const making = makingOf(service.Spec, transaction);
  let lost: TaskObject | undefined;
  const sound: TaskObject[] = [];
  for (const task of place.wanted) {
    if (isSound(transaction, task)) {
      sound.push(task);
    } else {
      setDesired(transaction, task, 'shutdown');
      if (lost === undefined || isCurrent(task, making)) lost = task;
    }
  }
  if (lost === undefined) {
    if (sound.length > 1) place.wanted = dropDoubles(transaction, making, sound);
    return;
  }
  place.wanted = sound;
  // Where the new task is started before the old one stops, the old one does not make up for it.
  const covered = sound.some((task) => isCurrent(task, making) || !isCurrent(lost, making));
  const allowed = (from: MadeFrom): boolean => mayRestart(place.tasks, makingOf(from, transaction));
  const made = { TaskTemplate: lost.Spec, EndpointSpec: lost.endpoint };
  if (covered || !canReplace || !allowed(made) || !allowed(service.Spec)) return;
  const desired = hasToWait(desk, transaction, lost) ? 'ready' : 'running';
  place.wanted.push(createTask(desk, transaction, { service, place, desired }));
};

const isSound = (transaction: Transaction, task: TaskObject): boolean =>
  !isTerminal(task.Status.State) &&
  (task.NodeID === '' || !isInvalid(transaction.node(task.NodeID)));

/** A successor waits for the end of what still runs on a node that is there, and for the restart delay. */
const hasToWait = (desk: Desk, transaction: Transaction, lost: TaskObject): boolean => {
  const node = transaction.node(lost.NodeID);
  return isTerminal(lost.Status.State)
    ? delayAfter(desk, lost, node) > 0
    : node !== undefined && node.Status.State !== 'down';
};

/** How long the successor of this task waits before it is started. */
export const delayAfter = (desk: Desk, lost: TaskObject, node: NodeObject | undefined): number =>
  endedByItself(lost) && node?.Spec.Availability !== 'drain' ? restartDelayMs(desk, lost) : 0;

/** Of several wanted tasks of one kind (of the service's spec, or of an older one) the furthest one stays. */
const dropDoubles = (
  transaction: Transaction,
  making: Making,
  wanted: readonly TaskObject[],
): TaskObject[] => {
  const current = wanted.filter((task) => isCurrent(task, making));
  const older = wanted.filter((task) => !isCurrent(task, making));
  return [...keepFurthest(transaction, current), ...keepFurthest(transaction, older)];
};

const keepFurthest = (transaction: Transaction, tasks: readonly TaskObject[]): TaskObject[] => {
  const [best, ...others] = [...tasks].sort(
    (left, right) => taskStateRank[right.Status.State] - taskStateRank[left.Status.State],
  );
  for (const task of others) setDesired(transaction, task, 'shutdown');
  return best === undefined ? [] : [best];
};
