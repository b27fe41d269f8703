/** What tests write key files from. */
import type { NodeFacts } from '../../../../cluster/keys/types.ts';
import type { Random } from '../../../../cluster/ports.ts';

/** 32 bytes, counted up from `start`. */
export const bytes = (start: number): Uint8Array =>
  Uint8Array.from({ length: 32 }, (_, at) => start + at);

/** Nonces of a test may be what they like. */
export const noRandom: Random = {
  integer: () => 0,
  bytes: (_, length) => new Uint8Array(length),
};

export const facts: NodeFacts = {
  nodeId: 'node-of-a-test',
  clusterId: 'c',
  role: 'manager',
  raftId: 'r',
  advertiseAddr: 'm1:2377',
  managers: [],
  unlockKeyVersion: 1,
};
