/**
 * Whether a manager may become a worker. SwarmKit counts members and roles as they are, so that two demotions at once pass
 * together and leave nobody (docs/architecture.md); here a demotion that is under way already counts as done, so that whatever is
 * accepted can be carried out. To carry it out is another question: whoever is still there counts, also those that are to go.
 * @source swarmkit, manager/controlapi/node.go (UpdateNode), manager/state/raft/raft.go (CanRemoveMember)
 */
import type { Member, RaftStatus } from '../raft/types.ts';
import type { NodeObject, NodeSpec } from '../store/objects.ts';
import type { View } from '../store/types.ts';
import { refuseRpc } from './respond.ts';
import type { ApiResponse } from './seam.ts';

type Situation = { readonly transaction: View; readonly raft: RaftStatus };

export const demotionObjection = (
  node: NodeObject,
  next: NodeSpec,
  { transaction, raft }: Situation,
): ApiResponse | undefined => {
  if (node.Spec.Role !== 'manager' || next.Role !== 'worker') return undefined;
  const stays = (other: NodeObject): boolean =>
    other.ID !== node.ID && other.role === 'manager' && other.Spec.Role === 'manager';
  if (!transaction.nodes().some(stays))
    return refuseRpc('FailedPrecondition', 'attempting to demote the last manager of the swarm');
  const member = raft.membership.members.find(({ nodeId }) => nodeId === node.ID);
  if (member === undefined) return refuseRpc('NotFound', "can't find manager in raft memberlist");
  // Who is away is no part of what makes the rest a quorum: its going only helps those that are to go as well.
  const counts = raft.active.includes(member.id) ? staysIn(transaction) : everybody;
  if (!leavesQuorum(member.id, raft, counts))
    return refuseRpc(
      'FailedPrecondition',
      "can't remove member from the raft: this would result in a loss of quorum",
    );
  return undefined;
};

/** Whether those who are reachable are a quorum without this member. Learners count neither way. */
export const canRemoveMember = (id: string, raft: RaftStatus): boolean =>
  leavesQuorum(id, raft, everybody);

const everybody = (): boolean => true;

const staysIn =
  (transaction: View) =>
  ({ nodeId }: Member): boolean =>
    transaction.node(nodeId)?.Spec.Role === 'manager';

/** Whether those who are reachable, and count, are a quorum without this member. */
const leavesQuorum = (
  id: string,
  raft: RaftStatus,
  counts: (member: Member) => boolean,
): boolean => {
  const voters = raft.membership.members.filter((member) => member.voter);
  if (!voters.some((member) => member.id === id)) return true;
  const left = voters.filter(
    (member) => member.id !== id && raft.active.includes(member.id) && counts(member),
  );
  return left.length >= Math.floor((voters.length - 1) / 2) + 1;
};
