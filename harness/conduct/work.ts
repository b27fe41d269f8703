import type { NodeName } from '../core/cluster.ts';
import type { Observation, ObservedTask } from '../core/history.ts';

type Words = Extract<Observation, { readonly kind: 'task' | 'commit' }>;

/** Which tasks run where, as far as the nodes have said so. */
export type Work = {
  observed(observation: Observation): void;
  /** How many tasks of slots, still wanted by the managers, each node says it runs; nodes without any are missing. */
  runningByNode(): ReadonlyMap<NodeName, number>;
};

/** Keeps what was said and counts only when asked: few faults ask. */
export const createWork = (): Work => {
  let said: Words[] = [];
  const wanted = new Map<string, { readonly index: number; readonly task: ObservedTask }>();
  const place = new Map<string, NodeName>();

  const take = (words: Words): void => {
    if (words.kind === 'task') {
      if (words.state === 'running') place.set(words.id, words.node);
      else place.delete(words.id);
      return;
    }
    const { index } = words;
    for (const task of words.tasks) {
      // Another manager may tell of an older entry later; one entry may change a task several times.
      if ((wanted.get(task.id)?.index ?? -1) <= index) wanted.set(task.id, { index, task });
    }
  };

  const isWanted = (id: string): boolean => {
    const task = wanted.get(id)?.task;
    return task !== undefined && task.slot > 0 && task.desired === 'running' && !task.removed;
  };

  return {
    observed(observation) {
      if (observation.kind === 'task') said.push(observation);
      else if (observation.kind === 'commit' && observation.tasks.length > 0)
        said.push(observation);
    },
    runningByNode() {
      for (const words of said) take(words);
      said = [];
      const counts = new Map<NodeName, number>();
      for (const [id, node] of place) {
        if (isWanted(id)) counts.set(node, (counts.get(node) ?? 0) + 1);
      }
      return counts;
    },
  };
};
