/** Gives a written object its version and times, and freezes it. */
import type { Kind, Meta, ObjectKinds, TaskObject } from './objects.ts';
import type { Unstamped } from './types.ts';
import { frozen } from './values.ts';

export const stamp = <K extends Kind>(
  kind: K,
  object: Unstamped<ObjectKinds[K]>,
  meta: Meta,
): ObjectKinds[K] =>
  (kind === 'task'
    ? stampTask(object as Unstamped<TaskObject>, meta)
    : frozen(present({ ...object, ...meta }))) as ObjectKinds[K];

/**
 * Without fields that are `undefined`: the log does not carry them, and whoever writes such a field later must put it where all others
 * put it, or the bytes of an entry would depend on who had read the object from the log and who had made it.
 */
const present = <T extends object>(object: T): T => {
  for (const key in object)
    if (object[key] === undefined)
      return Object.fromEntries(
        Object.entries(object).filter(([, value]) => value !== undefined),
      ) as T;
  return object;
};

/** Field by field: tasks are written far more often than all else, and this is ten times as fast as a spread. */
const stampTask = (task: Unstamped<TaskObject>, meta: Meta): TaskObject => {
  frozen(task.Spec);
  frozen(task.Status);
  frozen(task.endpoint);
  frozen(meta.Version);
  const stamped: Required<TaskObject> = {
    ID: task.ID,
    Spec: task.Spec,
    ServiceID: task.ServiceID,
    ServiceName: task.ServiceName,
    Slot: task.Slot,
    NodeID: task.NodeID,
    Status: task.Status,
    DesiredState: task.DesiredState,
    specVersion: task.specVersion,
    endpoint: task.endpoint,
    Version: meta.Version,
    CreatedAt: meta.CreatedAt,
    UpdatedAt: meta.UpdatedAt,
  };
  return Object.freeze(stamped);
};
