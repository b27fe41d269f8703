/**
 * Spread preferences: nodes that share a label's value are a branch, and the branches of each level share a service's tasks evenly.
 * @source SwarmKit, manager/scheduler/nodeset.go (tree), scheduler.go (scheduleNTasksOnSubtree).
 */
import type { NodeObject, TaskSpec } from '../store/objects.ts';
import type { Wish } from './filters.ts';
import { labelValue } from './constraints.ts';
import type { NodeLoad } from './node-load.ts';

/** For each node, how many tasks of the service its branch has at each level, the outermost first. */
export type Crowds = ReadonlyMap<NodeLoad, readonly number[]>;

/** `undefined` where nothing is preferred. `loads`: of all nodes, also of those that cannot take the task. */
export const crowdsOf = (
  { serviceId, template }: Wish,
  loads: readonly NodeLoad[],
): Crowds | undefined => {
  const labels = spreadLabels(template);
  if (labels.length === 0) return undefined;
  const tasks = new Map<string, number>();
  const branches = new Map(loads.map((load) => [load, branchesOf(load.node, labels)]));
  for (const [load, path] of branches) {
    for (const branch of path)
      tasks.set(branch, (tasks.get(branch) ?? 0) + load.tasksOf(serviceId));
  }
  return new Map(
    [...branches].map(([load, path]) => [load, path.map((branch) => tasks.get(branch) ?? 0)]),
  );
};

/** Negative where the left node's branch is the emptier one, at the outermost level at which they differ. */
export const compareCrowds = (
  crowds: Crowds | undefined,
  left: NodeLoad,
  right: NodeLoad,
): number => {
  if (crowds === undefined) return 0;
  const others = crowds.get(right) ?? [];
  const level = (crowds.get(left) ?? []).map((tasks, at) => tasks - (others[at] ?? 0));
  return level.find((difference) => difference !== 0) ?? 0;
};

const spreadLabels = (template: TaskSpec): readonly string[] => {
  const labels: string[] = [];
  for (const { Spread } of template.Placement?.Preferences ?? []) {
    if (Spread?.SpreadDescriptor !== undefined) labels.push(Spread.SpreadDescriptor);
  }
  return labels;
};

/** The branches that a node is in, each named by the labels' values down to it. A key that is no label's makes no level. */
const branchesOf = (node: NodeObject, labels: readonly string[]): readonly string[] => {
  const values = labels
    .map((label) => labelValue(node, label))
    .filter((value) => value !== undefined);
  return values.map((_value, level) => JSON.stringify(values.slice(0, level + 1)));
};
