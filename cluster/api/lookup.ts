/**
 * Finds what a path names: the full id, else the exact name, else the beginning of an id.
 * @source moby, daemon/cluster/helpers.go
 */
import type { NodeObject, ServiceObject, TaskObject } from '../store/objects.ts';
import type { View } from '../store/types.ts';
import type { Parsed } from './query.ts';
import { objectionable, refuse } from './respond.ts';

export const findNode = (view: View, input: string): Parsed<NodeObject> => {
  const exact = view.node(input);
  if (exact !== undefined) return { ok: true, value: exact };
  const nodes = view.nodes();
  return only(
    'node',
    input,
    named(nodes, input, (node) => node.Description.Hostname),
  );
};

export const findService = (view: View, input: string): Parsed<ServiceObject> => {
  const exact = view.service(input) ?? view.serviceByName(input);
  if (exact !== undefined) return { ok: true, value: exact };
  return only('service', input, withIdPrefix(view.services(), input));
};

export const findTask = (view: View, input: string): Parsed<TaskObject> => {
  const exact = view.task(input);
  if (exact !== undefined) return { ok: true, value: exact };
  return only('task', input, named(view.tasks(), input, taskName));
};

/** `service.slot.id`; tasks of global services carry their node's id in the slot's place. */
export const taskName = (task: TaskObject): string =>
  `${task.ServiceName}.${task.Slot === 0 ? task.NodeID : task.Slot}.${task.ID}`;

type Identified = { readonly ID: string };

const withIdPrefix = <T extends Identified>(list: readonly T[], input: string): readonly T[] =>
  list.filter((object) => object.ID.startsWith(input));

const named = <T extends Identified>(
  list: readonly T[],
  input: string,
  nameOf: (object: T) => string,
): readonly T[] => {
  const matches = list.filter((object) => nameOf(object) === input);
  return matches.length > 0 ? matches : withIdPrefix(list, input);
};

const only = <T>(kind: string, input: string, matches: readonly T[]): Parsed<T> => {
  const [first] = matches;
  if (first === undefined) return objectionable(refuse(404, `${kind} ${input} not found`));
  if (matches.length > 1)
    return objectionable(
      refuse(400, `${kind} ${input} is ambiguous (${matches.length} matches found)`),
    );
  return { ok: true, value: first };
};
