/**
 * What the engine says in so many words; clients and tests tell cases apart by them.
 * @source moby, daemon/cluster/errors.go and utils.go; swarmkit, manager/state/raft/raft.go
 */
import { refuse, refuseRpc } from './respond.ts';
import type { ApiResponse } from './seam.ts';

export const pageNotFound: ApiResponse = refuse(404, 'page not found');

export const notInSwarm: ApiResponse = refuse(503, 'This node is not part of a swarm');
export const alreadyInSwarm: ApiResponse = refuse(
  503,
  'This node is already part of a swarm. Use "docker swarm leave" to leave this swarm and join another one.',
);
export const noManagerOutside: ApiResponse = refuse(
  503,
  'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm and try again.',
);
export const noManagerYet: ApiResponse = refuse(
  503,
  'This node is not a swarm manager. Manager is being prepared or has trouble connecting to the cluster.',
);
export const noManagerOnWorker: ApiResponse = refuse(
  503,
  "This node is not a swarm manager. Worker nodes can't be used to view or modify cluster state. Please run this command on a manager node or promote the current node to a manager.",
);

export const locked: ApiResponse = refuse(
  503,
  'Swarm is encrypted and needs to be unlocked before it can be used. Please use "docker swarm unlock" to unlock it.',
);
export const leaveLocked: ApiResponse = refuse(
  503,
  'Swarm is encrypted and locked. Please unlock it first or use `--force` to ignore this message.',
);
export const notLocked: ApiResponse = refuse(409, 'swarm is not locked');
export const wrongUnlockKey: ApiResponse = refuse(
  401,
  'swarm could not be unlocked: invalid key provided',
);
export const malformedUnlockKey: ApiResponse = refuse(400, 'invalid key string');

/** `why`: the text that `info` shows as the node's error. */
export const couldNotStart = (why: string): ApiResponse =>
  refuse(500, `swarm component could not be started: ${why}`);

export const joinTimedOut: ApiResponse = refuse(
  503,
  'Timeout was reached before node joined. The attempt to join the swarm will continue in the background. Use the "docker info" command to see the current swarm status of your node.',
);

export const deadlineExceeded: ApiResponse = refuseRpc(
  'DeadlineExceeded',
  'context deadline exceeded',
);
export const noLeader: ApiResponse = refuseRpc(
  'Unknown',
  "The swarm does not have a leader. It's possible that too few managers are online. Make sure more than half of the managers are online.",
);
/** The proposal was in the log: it may have been committed all the same. */
export const lostLeadership: ApiResponse = refuseRpc(
  'Unknown',
  'raft: failed to process the request: node lost leader status',
);
export const transactionTooLarge: ApiResponse = refuseRpc(
  'Unknown',
  "raft: raft message is too large and can't be sent",
);
/** Of a leader to the manager that handed the request on. */
export const answerTooLarge = (bytes: number, bytesMax: number): ApiResponse =>
  refuseRpc(
    'ResourceExhausted',
    `grpc: received message larger than max (${bytes} vs. ${bytesMax})`,
  );
export const outOfSequence: ApiResponse = refuseRpc('Unknown', 'update out of sequence');

/** This program was told when it started where to listen; a client has to say something all the same. */
export const nowhereToListen: ApiResponse = refuse(
  400,
  'invalid ListenAddr "": invalid empty address',
);
export const invalidJoinToken: ApiResponse = refuse(400, 'invalid join token');
export const joinTokenNeeded: ApiResponse = refuseRpc(
  'InvalidArgument',
  'A valid join token is necessary to join this cluster',
);

export const removedFromSwarm = (nodeId: string): string =>
  `rpc error: code = PermissionDenied desc = Permission denied: node ${nodeId} was removed from swarm`;

export const twoManagers = `WARNING: Running Swarm in a two-manager configuration. This configuration provides
         no fault tolerance, and poses a high risk to lose control over the cluster.
         Refer to https://docs.docker.com/engine/swarm/admin_guide/ to configure the
         Swarm for fault-tolerance.`;

/** The message of a refusal, as `info` shows it. */
export const messageOf = (response: ApiResponse): string => {
  const { body } = response;
  const message =
    typeof body === 'object' && body !== null && 'message' in body ? body.message : undefined;
  return typeof message === 'string' ? message : `status ${response.status}`;
};
