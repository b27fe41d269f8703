import type { NodeRole } from './cluster.ts';
import type { Observation } from './history.ts';

/**
 * What a node is by its own words; `undefined` where these say nothing of it. It becomes a manager with its id in the consensus, also
 * while that is locked, and is none any more once it says that it has no role.
 */
export const standingSaid = (words: Observation): NodeRole | undefined => {
  if (words.kind === 'role') return words.role === 'none' ? 'worker' : 'manager';
  return words.kind === 'boot' && words.raftId !== undefined ? 'manager' : undefined;
};
