import type { NodeName } from '../../core/cluster.ts';

/** The nodes that the contract of backends is about. */
export const contractNodes: readonly NodeName[] = ['m1', 'm2', 'm3'];
