/**
 * The leader's side of a join. The nonce of a request is the id that the node will have, so that a request that comes twice,
 * also to another leader, finds the node that it made before. The token decides what it may become.
 */
import { isJoinToken } from '../api/join-token.ts';
import type { ApiResponse } from '../api/seam.ts';
import { storedBytes } from '../api/stored-bytes.ts';
import { invalidJoinToken, joinTokenNeeded, messageOf } from '../api/texts.ts';
import { isId } from '../store/identity.ts';
import type { ClusterObject, NodeObject } from '../store/objects.ts';
import type { Transaction, View } from '../store/types.ts';
import type { JoinAnswer, JoinRequest } from '../wire/messages.ts';
import type { Member } from './member.ts';
import { newNodeObject } from './new-node.ts';
import type { Proposer } from './proposer.ts';
import { newRaftId } from './raft-id.ts';
import type { NodeWorld } from './world.ts';

type Admitting = {
  readonly world: NodeWorld;
  readonly member: Member;
  readonly proposer: Proposer;
};

/** Creates the node, or finds it, and answers the joining node itself, wherever the request came from. */
export const admit = (request: JoinRequest, { world, member, proposer }: Admitting): void => {
  let refusal: ApiResponse | undefined;
  proposer.add({
    answers: true,
    wanted: () => true,
    run: (transaction) => {
      refusal = enter(transaction, request, world);
    },
    done: () => {
      const answer = answerTo(request, refusal, member);
      if (answer !== undefined) world.send(request.address, { type: 'join-answer', answer });
    },
    // The joining node asks again.
    failed: () => undefined,
    tooLarge: () => undefined,
  });
};

/** The role that a token buys, or `undefined` for one that buys none. */
const roleFor = (token: string, { JoinTokens }: ClusterObject): NodeObject['role'] | undefined => {
  if (token === JoinTokens.Manager) return 'manager';
  return token === JoinTokens.Worker ? 'worker' : undefined;
};

const enter = (
  transaction: Transaction,
  request: JoinRequest,
  { random }: NodeWorld,
): ApiResponse | undefined => {
  const { cluster } = transaction;
  const { nonce, token, address, hostname, availability } = request;
  if (!isJoinToken(token) || !isId(nonce)) return invalidJoinToken;
  const role = cluster === undefined ? undefined : roleFor(token, cluster);
  if (role === undefined || cluster?.removedNodes.includes(nonce) === true) return joinTokenNeeded;
  const known = transaction.node(nonce);
  // Whoever holds a worker's token does not become a manager by naming one.
  if (known !== undefined)
    return known.role === role && known.address === address ? undefined : joinTokenNeeded;
  const raftId = role === 'manager' ? newRaftId(random) : undefined;
  transaction.create(
    'node',
    newNodeObject({ id: nonce, hostname, role, availability, raftId, address }),
  );
  return undefined;
};

const answerTo = (
  { nonce }: JoinRequest,
  refusal: ApiResponse | undefined,
  member: Member,
): JoinAnswer | undefined => {
  if (refusal !== undefined)
    return { nonce, ok: false, status: refusal.status, message: messageOf(refusal) };
  const node = member.store.node(nonce);
  return node === undefined ? undefined : welcome(nonce, node, member);
};

/** What a node needs to take its place: also for a worker that was promoted, which did not ask. */
export const welcome = (
  nonce: string,
  node: NodeObject,
  member: { readonly store: View; readonly status: Member['status'] },
): JoinAnswer | undefined => {
  const { cluster } = member.store;
  if (cluster === undefined) return undefined;
  const { unlockKey } = cluster;
  const isManager = node.role === 'manager';
  return {
    nonce,
    ok: true,
    nodeId: node.ID,
    clusterId: cluster.ID,
    role: node.role,
    raftId: isManager ? node.raftId : undefined,
    secret: storedBytes(cluster.peerSecret),
    unlockKey: isManager && unlockKey !== undefined ? storedBytes(unlockKey) : undefined,
    unlockKeyVersion: cluster.unlockKeyVersion,
    managers: member.status.membership.members,
  };
};
