/**
 * Objects as observers see them change, in the order of the log. What a change means is worked out here and not asked of the orchestrators, who
 * are judged by it.
 */
import type { NodeObject, ServiceObject, ServiceSpec } from '../store/objects.ts';
import type { StoreEvent } from '../store/types.ts';
import { sameValue } from '../store/values.ts';
import type { NodeChange, ServiceChange, TaskChange, UpdateTold } from './observation.ts';

export type Changes = {
  readonly tasks: TaskChange[];
  services: ServiceChange[] | undefined;
  nodes: NodeChange[] | undefined;
};

/** Adds the changes among the events; makes the lists only where there are any. `restartDelayMs`: where a service asks for none. */
export const noteChanges = (
  events: readonly StoreEvent[],
  changes: Changes | undefined,
  restartDelayMs: number,
): Changes | undefined => {
  let noted = changes;
  for (const event of events) {
    if (event.kind === 'cluster') continue;
    noted ??= { tasks: [], services: undefined, nodes: undefined };
    if (event.kind === 'task') noted.tasks.push(taskChange(event));
    else if (event.kind === 'service')
      (noted.services ??= []).push(serviceChange(event, restartDelayMs));
    else (noted.nodes ??= []).push(nodeChange(event));
  }
  return noted;
};

type Of<Kind extends StoreEvent['kind']> = Extract<StoreEvent, { readonly kind: Kind }>;

const taskChange = (event: Of<'task'>): TaskChange => {
  const removed = event.op === 'remove';
  const task = removed ? event.old : event.object;
  return {
    id: task.ID,
    service: task.ServiceID,
    slot: task.Slot,
    node: task.NodeID,
    state: task.Status.State,
    desired: task.DesiredState,
    created: event.op === 'create',
    removed,
  };
};

const serviceChange = (event: Of<'service'>, delayMs: number): ServiceChange => {
  const removed = event.op === 'remove';
  const service = removed ? event.old : event.object;
  const { ID, Spec } = service;
  const delay = Spec.TaskTemplate.RestartPolicy?.Delay;
  return {
    id: ID,
    replicas: replicasAsked(Spec),
    created: event.op === 'create',
    remade: event.op === 'update' && !sameMaking(Spec, event.old.Spec),
    restartDelayMs: delay === undefined ? delayMs : delay / 1e6,
    update: updateOf(service),
    removed,
  };
};

/** One place at a time where nothing is said of it at all; all at once where only their number is left out. */
const updateOf = ({ Spec, UpdateStatus }: ServiceObject): UpdateTold => {
  const state = UpdateStatus?.State;
  const given = state === 'rollback_started' ? Spec.RollbackConfig : Spec.UpdateConfig;
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    return { state, parallelism: 1, delayMs: 0, startFirst: false, bearsFailures: false };
  const { Parallelism, Delay, Order, FailureAction } = given as {
    readonly [field: string]: unknown;
  };
  return {
    state,
    parallelism: typeof Parallelism === 'number' ? Parallelism : 0,
    delayMs: typeof Delay === 'number' ? Delay / 1e6 : 0,
    startFirst: Order === 'start-first',
    bearsFailures: FailureAction === 'continue',
  };
};

const replicasAsked = ({ Mode }: ServiceSpec): number | undefined => {
  if (Mode !== undefined && 'Global' in Mode) return undefined;
  return Mode?.Replicated.Replicas ?? 1;
};

/** Whether tasks made from the one are as those made from the other, and may be in the same places. */
const sameMaking = (now: ServiceSpec, before: ServiceSpec): boolean =>
  sameValue(now.TaskTemplate, before.TaskTemplate) &&
  sameValue(now.EndpointSpec, before.EndpointSpec);

const nodeChange = (event: Of<'node'>): NodeChange => {
  const removed = event.op === 'remove';
  const node = removed ? event.old : event.object;
  return {
    id: node.ID,
    state: node.Status.State,
    availability: node.Spec.Availability,
    remade: event.op === 'create' || !isAlike(node, event.old),
    removed,
  };
};

/** Whether constraints see the same in both. */
const isAlike = (now: NodeObject, before: NodeObject): boolean =>
  now.role === before.role &&
  now.Status.Addr === before.Status.Addr &&
  sameValue(now.Spec, before.Spec) &&
  sameValue(now.Description, before.Description);
