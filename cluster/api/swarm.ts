/** `/swarm` on the leader: inspect, update, unlock key. @source moby, daemon/cluster/swarm.go; swarmkit, manager/controlapi/cluster.go */
import { toBase64 } from '../keys/base64.ts';
import { formatUnlockKey, unlockKeyBytes } from '../keys/unlock-key.ts';
import type { Random } from '../ports.ts';
import type { ClusterObject, ClusterSpec } from '../store/objects.ts';
import { completeClusterSpec } from './cluster-spec.ts';
import { digestOf, newJoinToken } from './join-token.ts';
import { flagOf, versionOf } from './query.ts';
import { done, replyOf, show } from './respond.ts';
import type { ApiRequest } from './seam.ts';
import { showSwarm } from './show.ts';
import { storedBytes } from './stored-bytes.ts';
import { notInSwarm, outOfSequence } from './texts.ts';
import type { LeaderDecision, Leading } from './types.ts';

export const inspectSwarm: LeaderDecision = {
  type: 'read',
  respond: ({ view }) => (view.cluster === undefined ? notInSwarm : show(showSwarm(view.cluster))),
};

/** The empty text where autolock is off. */
export const showUnlockKey: LeaderDecision = {
  type: 'read',
  respond: ({ view }) => {
    const key = view.cluster?.unlockKey;
    return show({ UnlockKey: key === undefined ? '' : formatUnlockKey(storedBytes(key)) });
  },
};

export const updateSwarm = (
  request: ApiRequest,
  { config }: Pick<Leading, 'config'>,
): LeaderDecision => {
  const completed = completeClusterSpec(request.body, config);
  if (!completed.ok && completed.unread) return replyOf(completed);
  const version = versionOf(request.query, 'swarm');
  if (!version.ok) return replyOf(version);
  const workerToken = flagOf(request.query, 'rotateWorkerToken', 'bare');
  if (!workerToken.ok) return replyOf(workerToken);
  const managerToken = flagOf(request.query, 'rotateManagerToken', 'bare');
  if (!managerToken.ok) return replyOf(managerToken);
  const unlockKey = flagOf(request.query, 'rotateManagerUnlockKey', 'bare');
  if (!unlockKey.ok) return replyOf(unlockKey);
  if (!completed.ok) return replyOf(completed);
  const rotate: Rotations = {
    worker: workerToken.value,
    manager: managerToken.value,
    unlockKey: unlockKey.value,
  };
  return {
    type: 'write',
    run: (transaction, { random }) => {
      const { cluster } = transaction;
      if (cluster === undefined) return notInSwarm;
      const next = updated(cluster, completed.spec, { rotate, random });
      const refusal = transaction.update('cluster', next, version.value);
      return refusal === undefined ? done : outOfSequence;
    },
  };
};

type Rotations = {
  readonly worker: boolean;
  readonly manager: boolean;
  readonly unlockKey: boolean;
};

const updated = (
  cluster: ClusterObject,
  spec: ClusterSpec,
  { rotate, random }: { readonly rotate: Rotations; readonly random: Random },
): ClusterObject => {
  const digest = digestOf(cluster.JoinTokens.Manager);
  const { Worker, Manager } = cluster.JoinTokens;
  return {
    ...cluster,
    Spec: spec,
    JoinTokens: {
      Worker: rotate.worker ? newJoinToken(digest, random) : Worker,
      Manager: rotate.manager ? newJoinToken(digest, random) : Manager,
    },
    ...nextUnlockKey(cluster, spec.EncryptionConfig.AutoLockManagers, {
      rotate: rotate.unlockKey,
      random,
    }),
  };
};

/** Every turn on or off, and every rotation while it is on, makes a new version. */
const nextUnlockKey = (
  { unlockKey, unlockKeyVersion }: ClusterObject,
  autoLock: boolean,
  { rotate, random }: { readonly rotate: boolean; readonly random: Random },
): Pick<ClusterObject, 'unlockKey' | 'unlockKeyVersion'> => {
  const wasOn = unlockKey !== undefined;
  if (wasOn === autoLock && !(autoLock && rotate)) return { unlockKey, unlockKeyVersion };
  return {
    unlockKey: autoLock ? toBase64(random.bytes('unlock-key', unlockKeyBytes)) : undefined,
    unlockKeyVersion: unlockKeyVersion + 1,
  };
};
