/** What a node's key file says first: of the one that founds a swarm, and of one that was let in. */
import type { InitRequest } from '../api/types.ts';
import type { NodeFacts } from '../keys/types.ts';
import { unlockKeyBytes } from '../keys/unlock-key.ts';
import type { DataKey } from '../log/types.ts';
import type { Membership } from '../raft/types.ts';
import { newId } from '../store/identity.ts';
import type { JoinAnswer } from '../wire/messages.ts';
import { newDataKey } from './autolock.ts';
import type { KeyringContent } from './keyring.ts';
import { newRaftId } from './raft-id.ts';
import type { NodeWorld } from './world.ts';

export type Admitted = JoinAnswer & { readonly ok: true };

const peerSecretBytes = 32;

/** Everything is drawn anew; with autolock it is sealed from the first write on. */
export const foundingContent = (request: InitRequest, world: NodeWorld): KeyringContent => {
  const { random, config } = world;
  const nodeId = newId(random, 'node-id');
  const address = request.advertiseAddr ?? config.advertiseAddr;
  const key = request.autoLock ? random.bytes('unlock-key', unlockKeyBytes) : undefined;
  return {
    facts: {
      nodeId,
      clusterId: newId(random, 'cluster-id'),
      role: 'manager',
      raftId: newRaftId(random),
      advertiseAddr: address,
      managers: [{ nodeId, address }],
      unlockKeyVersion: 1,
    },
    secrets: {
      peerSecret: random.bytes('peer-secret', peerSecretBytes),
      dataKeys: [newDataKey(world, [])],
    },
    seal: key === undefined ? undefined : { key, version: 1 },
  };
};

/** What a node has before it is admitted: its address, and the data keys that its files are sealed under. */
type Held = { readonly address: string; readonly dataKeys: readonly DataKey[] };

/** A manager's data key is its own; a worker needs none, and is never sealed. */
export const admittedContent = (
  answer: Admitted,
  { address, dataKeys }: Held,
  world: NodeWorld,
): KeyringContent => {
  const { nodeId, clusterId, role, raftId, secret, unlockKey, unlockKeyVersion } = answer;
  const isManager = role === 'manager';
  const managers = answer.managers.map((member) => ({
    nodeId: member.nodeId,
    address: member.address,
  }));
  return {
    facts: { nodeId, clusterId, role, raftId, advertiseAddr: address, managers, unlockKeyVersion },
    secrets: {
      peerSecret: secret,
      dataKeys: isManager ? [newDataKey(world, dataKeys), ...dataKeys] : [],
    },
    seal:
      isManager && unlockKey !== undefined
        ? { key: unlockKey, version: unlockKeyVersion }
        : undefined,
  };
};

/**
 * A swarm's first manager, known to nobody else, begins the log with itself; it does so again where it died before the first entry
 * was on disk. All others get the membership along with the log.
 */
export const foundersOf = ({
  nodeId,
  raftId,
  managers,
  advertiseAddr,
}: NodeFacts): Membership | undefined => {
  const [only, second] = managers;
  if (raftId === undefined || only?.nodeId !== nodeId || second !== undefined) return undefined;
  return {
    members: [{ id: raftId, nodeId, address: advertiseAddr, voter: true }],
    removed: [],
  };
};
