import type { NodeName } from '../../harness/core/cluster.ts';
import type { History, Lifecycle } from '../../harness/core/history.ts';
import { chronicleOf } from '../chronicle.ts';

/** The nodes whose process ran in the end. A locked manager is none of them: its agent does not run. */
export const nodesThatRun = (history: History): readonly NodeName[] => {
  const last = new Map<NodeName, Lifecycle['event']>();
  for (const { node, event } of history.lifecycle) last.set(node, event);
  const locks = new Map<NodeName, string>();
  for (const { node, said } of chronicleOf(history).boots) {
    const lock = said.findLast(({ kind }) => kind === 'lock');
    if (lock?.kind === 'lock') locks.set(node, lock.state);
  }
  return history.nodes
    .map(({ name }) => name)
    .filter((name) => {
      const event = last.get(name);
      const runs = event === undefined || event === 'started' || event === 'resumed';
      return runs && locks.get(name) !== 'locked';
    });
};
