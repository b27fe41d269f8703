/** The tasks of one place (a slot, or a node of a global service), and what may be done with them. */
import { Recent } from '../recent.ts';
import type {
  EndpointSpec,
  NodeObject,
  ServiceObject,
  TaskObject,
  TaskSpec,
} from '../store/objects.ts';
import { isTerminal, isWanted, taskStateRank } from '../store/task-transitions.ts';
import { sameValue } from '../store/values.ts';
import { wallOf } from '../store/timestamp.ts';
import type { View } from '../store/types.ts';
import { meetsConstraints } from './constraints.ts';
import type { Place } from './task-writing.ts';

/** All tasks of a place; `wanted` are those that the orchestrator wants to run. */
export type PlaceTasks = Place & { readonly tasks: TaskObject[]; wanted: TaskObject[] };

export const isGlobal = (service: ServiceObject): boolean =>
  service.Spec.Mode !== undefined && 'Global' in service.Spec.Mode;

/** Tasks by slot, or by node where slots are 0. */
export const byPlace = (tasks: readonly TaskObject[]): Map<string | number, PlaceTasks> => {
  const places = new Map<string | number, PlaceTasks>();
  for (const task of tasks) {
    const key = task.Slot === 0 ? task.NodeID : task.Slot;
    let place = places.get(key);
    if (place === undefined) {
      const nodeId = task.Slot === 0 ? task.NodeID : '';
      places.set(key, (place = { slot: task.Slot, nodeId, tasks: [], wanted: [] }));
    }
    place.tasks.push(task);
    if (isWanted(task.DesiredState)) place.wanted.push(task);
  }
  return places;
};

/** Whether two tasks share a place. */
export const samePlace = (left: TaskObject, right: TaskObject): boolean =>
  left.ServiceID === right.ServiceID &&
  left.Slot === right.Slot &&
  (left.Slot !== 0 || left.NodeID === right.NodeID);

/** No task belongs on it: it is gone, down or drained. A node that is only unheard of keeps its tasks. */
export const isInvalid = (node: NodeObject | undefined): boolean =>
  node === undefined || node.Status.State === 'down' || node.Spec.Availability === 'drain';

const compared = new Recent<TaskSpec, { readonly template: TaskSpec; readonly same: boolean }>(64);

type Nodes = Pick<View, 'node'>;

/** What of a service's spec its tasks are made from. */
export type MadeFrom = {
  readonly TaskTemplate: TaskSpec;
  readonly EndpointSpec?: EndpointSpec | undefined;
};

/** The same, with the nodes that tasks are on: where a placement changed, they say which tasks may stay. */
export type Making = MadeFrom & { readonly nodes: Nodes };

export const makingOf = ({ TaskTemplate, EndpointSpec }: MadeFrom, nodes: Nodes): Making => ({
  TaskTemplate,
  EndpointSpec,
  nodes,
});

/**
 * Whether a task is as it would be made now. Where the placement alone is another, it is so as long as its node meets the new
 * constraints; what has no node yet, or has lost it, is not. All that is not current is for the update to replace.
 * @source SwarmKit, manager/orchestrator/task.go (IsTaskDirty)
 */
export const isCurrent = (task: TaskObject, making: Making): boolean =>
  isMadeFrom(task, making) && isWellPlaced(task, making);

/** Wherever it is. Any change of what is published makes another task, of ingress ports as of host ports. */
export const isMadeFrom = (task: TaskObject, { TaskTemplate, EndpointSpec }: MadeFrom): boolean =>
  isOfTemplate(task, TaskTemplate) && sameValue(task.endpoint, EndpointSpec);

const isWellPlaced = (task: TaskObject, { TaskTemplate, nodes }: Making): boolean => {
  if (task.Spec === TaskTemplate) return true;
  if (sameValue(task.Spec.Placement, TaskTemplate.Placement)) return true;
  const node = nodes.node(task.NodeID);
  return node !== undefined && meetsConstraints(node, TaskTemplate);
};

const isOfTemplate = (task: TaskObject, template: TaskSpec): boolean => {
  if (task.Spec === template) return true;
  const known = compared.get(task.Spec);
  if (known?.template === template) return known.same;
  const same = sameValue(
    { ...task.Spec, Placement: undefined },
    { ...template, Placement: undefined },
  );
  compared.set(task.Spec, { template, same });
  return same;
};

/** It ended by itself, rather than because it was told to or its node went. */
export const endedByItself = (task: TaskObject): boolean =>
  task.Status.State === 'complete' ||
  task.Status.State === 'failed' ||
  task.Status.State === 'rejected';

/**
 * The tasks of a place that tried this since it was last the service's. `specVersion` tells: what came before a task
 * made from another spec belongs to an earlier time. Of one spec, some may be where they no longer should and others not.
 */
export const attemptsOf = (tasks: readonly TaskObject[], making: Making): readonly TaskObject[] => {
  let newestOther = -1;
  for (const task of tasks) {
    if (!isCurrent(task, making)) newestOther = Math.max(newestOther, task.specVersion);
  }
  return tasks.filter(
    (task) =>
      task.DesiredState !== 'remove' && task.specVersion >= newestOther && isCurrent(task, making),
  );
};

/**
 * Whether the restart policy lets the place have another task made from this. Counted from the tasks that are there,
 * so that neither a leader change nor a restart of managers gives anybody new attempts; and back from the last of them, so that
 * a place that has used up its attempts stays as it is, however late it is by whoever's clock.
 * @source SwarmKit, manager/orchestrator/restart/restart.go (shouldRestart)
 */
export const mayRestart = (tasks: readonly TaskObject[], making: Making): boolean => {
  const {
    Condition = 'any',
    MaxAttempts = 0,
    Window = 0,
  } = making.TaskTemplate.RestartPolicy ?? {};
  if (Condition === 'any' && MaxAttempts === 0) return true;
  const attempts = attemptsOf(tasks, making);
  if (Condition === 'none') return attempts.length === 0;
  if (Condition === 'on-failure' && attempts.some((task) => task.Status.State === 'complete')) {
    return false;
  }
  if (MaxAttempts === 0) return true;
  const ends = attempts.filter(endedByItself);
  if (Window === 0) return ends.length <= MaxAttempts;
  const times = ends.map(({ UpdatedAt }) => wallOf(UpdatedAt));
  const since = Math.max(...times) - Window / 1e6;
  return times.filter((time) => time > since).length <= MaxAttempts;
};

/** Whether something of the place still runs, or may, although it should not: a successor waits for it. */
export const isOccupied = (view: View, successor: TaskObject): boolean =>
  view.tasksOfService(successor.ServiceID).some((task) => {
    if (task.ID === successor.ID || !samePlace(task, successor)) return false;
    if (isWanted(task.DesiredState) || isTerminal(task.Status.State)) return false;
    if (taskStateRank[task.Status.State] < taskStateRank.assigned) return false;
    const node = view.node(task.NodeID);
    return node !== undefined && node.Status.State !== 'down';
  });

/** Whether a place without a wanted task is taken all the same: its last task is not to be started again. */
export const isExhausted = (place: PlaceTasks, making: Making): boolean => {
  const kept = place.tasks.filter((task) => task.DesiredState !== 'remove');
  if (attemptsOf(kept, making).length > 0) return !mayRestart(kept, making);
  // Only tasks of an older spec: one that ended waits for its turn in the update, one that went with its node is missed at once.
  const last = lastWritten(kept);
  return last.length > 0 && last.every(endedByItself);
};

/** No clock is asked, because leaders' clocks differ. */
const lastWritten = (tasks: readonly TaskObject[]): readonly TaskObject[] => {
  const index = Math.max(...tasks.map(({ Version }) => Version.Index));
  return tasks.filter(({ Version }) => Version.Index === index);
};
