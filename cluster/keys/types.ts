/**
 * The one file that says who a node is and holds what opens its data: `certificates/swarm-node.key`. Public facts stand in the
 * clear; the secrets are sealed under the unlock key while autolock is on. It is always replaced as a whole, so both keys
 * (the node's and the data's) change in one atomic write. A certificate's private key will join the secrets.
 */
import type { DataKey } from '../log/types.ts';

export type NodeFacts = {
  readonly nodeId: string;
  readonly clusterId: string;
  readonly role: 'manager' | 'worker';
  readonly raftId: string | undefined;
  readonly advertiseAddr: string;
  /** Managers known when it was written, so that a worker and a locked manager find them again. */
  readonly managers: readonly { readonly nodeId: string; readonly address: string }[];
  /** The swarm's `unlockKeyVersion` that this file follows, on or off; a lower one met later is history, not news. */
  readonly unlockKeyVersion: number;
};

export type NodeSecrets = {
  /** What node traffic proves itself with. */
  readonly peerSecret: Uint8Array;
  /** Newest first. A worker has at most those of its agent's files, from a change of standing. */
  readonly dataKeys: readonly DataKey[];
};

/** The key that the secrets are sealed under; `undefined`: they are in the clear. */
export type Seal = { readonly key: Uint8Array; readonly version: number } | undefined;

export type KeyFile =
  | { readonly state: 'open'; readonly facts: NodeFacts; readonly secrets: NodeSecrets }
  | {
      readonly state: 'locked';
      readonly facts: NodeFacts;
      readonly version: number;
      /** `undefined`: not the key that it was last sealed under. */
      unlock(key: Uint8Array): NodeSecrets | undefined;
    };
