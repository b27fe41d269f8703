import type { NodeName } from '../../harness/core/cluster.ts';
import type {
  History,
  Observation,
  ObservedNode,
  ObservedService,
  ObservedTask,
} from '../../harness/core/history.ts';

type Commit = Extract<Observation, { readonly kind: 'commit' }>;
type Boot = Extract<Observation, { readonly kind: 'boot' }>;
type Names = ReadonlyMap<string, NodeName>;

/** More changes of one entry than these are counted only: a snapshot may bring hundreds. */
const changesMax = 12;

/** Names of nodes by the ids that tasks give them. A worker may say no id: then the tasks that it reports do. */
export const namesOf = ({ observations }: Pick<History, 'observations'>): Names => {
  const names = new Map<string, NodeName>();
  const reporters = new Map<string, NodeName>();
  for (const said of observations) {
    if (said.kind === 'task') reporters.set(said.id, said.node);
    if ((said.kind === 'boot' || said.kind === 'role') && said.nodeId !== undefined)
      names.set(said.nodeId, said.node);
  }
  for (const said of observations) {
    for (const { id, node } of said.kind === 'commit' ? said.tasks : []) {
      const reporter = reporters.get(id);
      if (node !== '' && reporter !== undefined && !names.has(node)) names.set(node, reporter);
    }
  }
  return names;
};

export const bootWords = ({ nodeId }: Boot): string =>
  `runs as ${nodeId ?? 'a node without an id'}`;

/** What a node has committed, and which tasks, services and nodes that changed to what. The script says it in the same words. */
export const commitWords = (said: Commit, names: Names): string => {
  const changes = [
    ...(said.services ?? []).map(serviceWords),
    ...said.tasks.map((task) => taskWords(task, names)),
    ...(said.nodes ?? []).map((node) => nodeWords(node, names)),
  ];
  const shown = changes.slice(0, changesMax).join('; ');
  const more = changes.length > changesMax ? `; and ${changes.length - changesMax} more` : '';
  const how = said.restored === true ? ', by a snapshot' : '';
  return `has committed up to entry ${said.index}, in term ${said.term}${how}${shown === '' ? '' : `: ${shown}${more}`}`;
};

const serviceWords = ({ id, removed, created, replicas }: ObservedService): string => {
  if (removed) return `service ${id} is removed`;
  const wanted = replicas === undefined ? '' : `, to have ${replicas}`;
  return `service ${id} is ${created ? 'created' : 'changed'}${wanted}`;
};

const taskWords = (
  { id, slot, service, node, removed, state, desired }: ObservedTask,
  names: Names,
): string => {
  const where = node === '' ? '' : `, on ${names.get(node) ?? node}`;
  const what = removed ? 'removed' : `${state}, desired ${desired}`;
  return `task ${id} (slot ${slot} of service ${service}${where}) is ${what}`;
};

const nodeWords = ({ id, removed, state, availability }: ObservedNode, names: Names): string =>
  `node ${names.get(id) ?? id} is ${removed ? 'removed' : `${state}, ${availability}`}`;
