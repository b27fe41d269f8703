/** The names that people know things by, in place of the ids that answers and logs are full of. */
import type { History } from '../harness/core/history.ts';
import type { NodeShown, ServiceShown } from '../models/swarm-answers.ts';
import { chronicleOf } from './chronicle.ts';
import { remembered } from './remembered.ts';

/** As many characters of a task's id as tell it from any other. */
const shortened = 7;

/** What stands in quotes is somebody's answer, word for word. */
const idsIn = /(?<!")\b[a-z0-9]{25}\b(?!")/g;

type Shown = {
  readonly id?: unknown;
  readonly service?: ServiceShown;
  readonly services?: readonly ServiceShown[];
  readonly node?: NodeShown | null;
  readonly nodes?: readonly NodeShown[];
};

/** Services by what clients were answered, nodes by what they said themselves. */
const namesIn = remembered((history): ReadonlyMap<string, string> => {
  const names = new Map<string, string>();
  for (const { output, intent } of history.operations) {
    if (typeof output !== 'object' || output === null) continue;
    const { id, service, services = [], node, nodes = [] } = output as Shown;
    if (typeof id === 'string' && intent?.act === 'create') names.set(id, intent.object);
    if (service !== undefined) names.set(service.id, service.name);
    if (node !== undefined && node !== null) names.set(node.id, node.name);
    for (const shown of [...services, ...nodes]) names.set(shown.id, shown.name);
  }
  for (const { nodeId, node } of chronicleOf(history).roles) names.set(nodeId, node);
  return names;
});

/** The place of each task: `lighthouse-d.2`, or `lighthouse-d.w1` where there is one on each node. */
const placesIn = remembered((history): ReadonlyMap<string, string> => {
  const names = namesIn(history);
  const places = new Map<string, string>();
  for (const { tasks } of chronicleOf(history).commits)
    for (const { id, service, slot, node } of tasks) {
      const where = slot === 0 ? (names.get(node) ?? '') : String(slot);
      const name = names.get(service) ?? shortOf(service);
      places.set(id, where === '' ? name : `${name}.${where}`);
    }
  return places;
});

const shortOf = (id: string): string => id.slice(0, shortened);

/**
 * The same words with the names of services and nodes, and with tasks as `docker service ps` names them, by place and the beginning of
 * their id: `lighthouse-d.2.nmh8afd`.
 */
export const named = (text: string, history: History): string =>
  text.replace(idsIn, (id) => {
    const name = namesIn(history).get(id);
    if (name !== undefined) return name;
    const place = placesIn(history).get(id);
    return place === undefined ? id : `${place}.${shortOf(id)}`;
  });
