/** How the control loops make and change tasks. */
import { newId } from '../store/identity.ts';
import type { ServiceObject, TaskObject, TaskState } from '../store/objects.ts';
import { timestampOf } from '../store/timestamp.ts';
import type { Transaction, Unstamped } from '../store/types.ts';
import type { Desk } from './desk.ts';

type Change = {
  readonly Status?: TaskObject['Status'];
  readonly DesiredState?: TaskState;
  readonly NodeID?: string;
};

/** Field by field, because tasks change all the time and a spread of a frozen object is ten times as slow. */
const withChange = (task: TaskObject, change: Change): Unstamped<TaskObject> => ({
  ID: task.ID,
  Spec: task.Spec,
  ServiceID: task.ServiceID,
  ServiceName: task.ServiceName,
  Slot: task.Slot,
  NodeID: change.NodeID ?? task.NodeID,
  Status: change.Status ?? task.Status,
  DesiredState: change.DesiredState ?? task.DesiredState,
  specVersion: task.specVersion,
  endpoint: task.endpoint,
});

/** Changes a task that the transaction has just read. */
export const changeTask = (transaction: Transaction, task: TaskObject, change: Change): void => {
  const refusal = transaction.update('task', withChange(task, change), task.Version.Index);
  if (refusal !== undefined) throw new Error(`Task ${task.ID} could not be changed: ${refusal}`);
};

export const setDesired = (
  transaction: Transaction,
  task: TaskObject,
  desired: TaskState,
): void => {
  changeTask(transaction, task, { DesiredState: desired });
};

/** A state that a manager gives a task; the time is the leader's. */
export const statusOf = (
  desk: Desk,
  state: TaskState,
  message: string,
  error?: string,
): TaskObject['Status'] => {
  const Timestamp = timestampOf(desk.now.wall);
  return error === undefined
    ? { Timestamp, State: state, Message: message }
    : { Timestamp, State: state, Message: message, Err: error };
};

/** Where a task of a service belongs: a slot of a replicated one, or a node of a global one. */
export type Place = { readonly slot: number; readonly nodeId: string };

export const createTask = (
  desk: Desk,
  transaction: Transaction,
  task: { readonly service: ServiceObject; readonly place: Place; readonly desired: TaskState },
): TaskObject => {
  const { service, place, desired } = task;
  const ID = newId(desk.random, 'task-id');
  const refusal = transaction.create('task', {
    ID,
    Spec: service.Spec.TaskTemplate,
    ServiceID: service.ID,
    ServiceName: service.Spec.Name,
    Slot: place.slot,
    NodeID: place.nodeId,
    Status: statusOf(desk, 'new', 'created'),
    DesiredState: desired,
    specVersion: service.Version.Index,
    endpoint: service.Spec.EndpointSpec,
  });
  const created = transaction.task(ID);
  if (created === undefined) throw new Error(`Task ${ID} could not be created: ${String(refusal)}`);
  return created;
};
