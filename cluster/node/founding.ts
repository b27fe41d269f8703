/** The objects that a swarm begins with: the cluster and its first node. */
import { completeClusterSpec } from '../api/cluster-spec.ts';
import { newJoinToken, newSwarmDigest } from '../api/join-token.ts';
import { standardNetworkConfig } from '../api/network-config.ts';
import type { InitRequest } from '../api/types.ts';
import type { Json } from '../api/seam.ts';
import { toBase64 } from '../keys/base64.ts';
import type { ClusterObject, NodeObject } from '../store/objects.ts';
import type { Transaction, Unstamped } from '../store/types.ts';
import type { Keyring } from './keyring.ts';
import { newNodeObject } from './new-node.ts';
import type { NodeWorld } from './world.ts';

/** What `init` asked for. */
export type Founding = Pick<InitRequest, 'availability' | 'spec' | 'networkConfig'>;

/** For a swarm whose first manager died between its first entry and these objects: nobody was told of it yet. */
export const plainFounding: Founding = {
  availability: 'active',
  spec: {},
  networkConfig: standardNetworkConfig,
};

export const found = (
  transaction: Transaction,
  founding: Founding,
  { world, keyring }: { readonly world: NodeWorld; readonly keyring: Keyring },
): void => {
  if (transaction.cluster !== undefined) return;
  transaction.create('cluster', clusterObject(founding, world, keyring));
  transaction.create('node', firstNode(founding, world, keyring));
};

const clusterObject = (
  { spec, networkConfig }: Founding,
  { config, random }: NodeWorld,
  { facts, secrets, seal }: Keyring,
): Unstamped<ClusterObject> => {
  const completed = completeClusterSpec(spec as Json, config);
  if (!completed.ok) throw new Error('the spec of a new swarm was not checked');
  const digest = newSwarmDigest(random);
  return {
    ID: facts.clusterId,
    Spec: { ...completed.spec, EncryptionConfig: { AutoLockManagers: seal !== undefined } },
    networkConfig,
    JoinTokens: { Worker: newJoinToken(digest, random), Manager: newJoinToken(digest, random) },
    unlockKey: seal === undefined ? undefined : toBase64(seal.key),
    unlockKeyVersion: facts.unlockKeyVersion,
    peerSecret: toBase64(secrets.peerSecret),
    removedNodes: [],
  };
};

const firstNode = (
  { availability }: Founding,
  { config }: NodeWorld,
  { facts }: Keyring,
): Unstamped<NodeObject> =>
  newNodeObject({
    id: facts.nodeId,
    hostname: config.name,
    role: 'manager',
    availability,
    raftId: facts.raftId,
    address: facts.advertiseAddr,
  });
