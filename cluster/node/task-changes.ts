/** Tasks as observers see them change, in the order of the log. */
import type { TaskObject } from '../store/objects.ts';
import type { StoreEvent } from '../store/types.ts';
import type { TaskChange } from './observation.ts';

/** Adds the changes of tasks among the events; makes the list only where there are any. */
export const noteTaskChanges = (
  events: readonly StoreEvent[],
  changes: TaskChange[] | undefined,
): TaskChange[] | undefined => {
  let noted = changes;
  for (const event of events) {
    if (event.kind !== 'task') continue;
    const removed = event.op === 'remove';
    (noted ??= []).push(changeOf(removed ? event.old : event.object, removed));
  }
  return noted;
};

const changeOf = (task: TaskObject, removed: boolean): TaskChange => ({
  id: task.ID,
  service: task.ServiceID,
  slot: task.Slot,
  node: task.NodeID,
  state: task.Status.State,
  desired: task.DesiredState,
  removed,
});
