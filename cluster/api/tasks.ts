/** `/tasks`: list and inspect. @source moby, daemon/cluster/tasks.go and filters.go */
import { isCurrent, makingOf } from '../manager/place.ts';
import { taskStates } from '../store/objects.ts';
import type { TaskObject } from '../store/objects.ts';
import type { View } from '../store/types.ts';
import { findNode, findService, findTask, taskName } from './lookup.ts';
import { exactMatches, filtersOf, labelsMatch, prefixMatches, unknownValue } from './query.ts';
import type { Filters, Parsed } from './query.ts';
import { refuse, replyOf, show } from './respond.ts';
import type { ApiRequest } from './seam.ts';
import { showTask } from './show.ts';
import type { LeaderDecision } from './types.ts';

const keys = [
  'name',
  'id',
  'label',
  'service',
  'node',
  'desired-state',
  '_up-to-date',
  'runtime',
] as const;

export const listTasks = (request: ApiRequest): LeaderDecision => {
  const filters = filtersOf(request.query, keys);
  if (!filters.ok) return replyOf(filters);
  const unknown = unknownValue(filters.value, 'desired-state', taskStates);
  if (unknown !== undefined)
    return {
      type: 'reply',
      response: refuse(400, `invalid desired-state filter: '${unknown}'`),
    };
  return {
    type: 'read',
    respond: ({ view }) => {
      if (filters.value.size === 0) return show(view.tasks().map(showTask));
      const wanted = resolved(filters.value, view);
      if (!wanted.ok) return wanted.response;
      const tasks = candidates(wanted.value, view);
      return show(tasks.filter((task) => fits(task, wanted.value, view)).map(showTask));
    },
  };
};

export const inspectTask = (id: string): LeaderDecision => ({
  type: 'read',
  respond: ({ view }) => {
    const found = findTask(view, id);
    return found.ok ? show(showTask(found.value)) : found.response;
  },
});

/** Services and nodes are named as in paths: by id, name or the beginning of an id. */
const resolved = (filters: Filters, view: View): Parsed<Filters> => {
  const known = new Map(filters);
  for (const [key, find] of [
    ['service', findService],
    ['node', findNode],
  ] as const) {
    const ids: string[] = [];
    for (const input of filters.get(key) ?? []) {
      const found = find(view, input);
      if (!found.ok) return found;
      ids.push(found.value.ID);
    }
    if (ids.length > 0) known.set(key, ids);
  }
  return { ok: true, value: known };
};

/** Where a filter names one service or node, only its tasks need a look. */
const candidates = (filters: Filters, view: View): readonly TaskObject[] => {
  const [service, ...others] = filters.get('service') ?? [];
  if (service !== undefined && others.length === 0) return view.tasksOfService(service);
  const [node, ...more] = filters.get('node') ?? [];
  if (node !== undefined && more.length === 0) return view.tasksOfNode(node);
  return view.tasks();
};

const fits = (task: TaskObject, filters: Filters, view: View): boolean =>
  exactMatches(filters, 'service', task.ServiceID) &&
  exactMatches(filters, 'node', task.NodeID) &&
  prefixMatches(filters, 'id', task.ID) &&
  (!filters.has('name') || prefixMatches(filters, 'name', taskName(task))) &&
  (filters.get('desired-state')?.some((state) => state.toLowerCase() === task.DesiredState) ??
    true) &&
  exactMatches(filters, 'runtime', 'container') &&
  (!filters.has('label') ||
    labelsMatch(filters, 'label', view.service(task.ServiceID)?.Spec.Labels ?? {})) &&
  (!filters.has('_up-to-date') || isUpToDate(task, view));

/** No update would replace it. @source swarmkit, manager/controlapi/task.go (ListTasks asks IsTaskDirty) */
const isUpToDate = (task: TaskObject, view: View): boolean => {
  const service = view.service(task.ServiceID);
  return service !== undefined && isCurrent(task, makingOf(service.Spec, view));
};
