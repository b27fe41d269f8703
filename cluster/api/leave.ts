/**
 * Why a manager does not leave without force: every such leave is refused, in words that depend on what would be left.
 * @source moby, daemon/cluster/swarm.go (Leave), daemon/cluster/utils.go
 */
import { isFields, isList } from './body.ts';
import { refuse } from './respond.ts';
import type { ApiResponse, Json } from './seam.ts';
import type { Local } from './types.ts';

const opening =
  'You are attempting to leave the swarm on a node that is participating as a manager. ';
const last =
  'Removing the last manager erases all current state of the swarm. Use `--force` to ignore this message. ';
const closing =
  'The only way to restore a swarm that has lost consensus is to reinitialize it with `--force-new-cluster`. Use `--force` to suppress this message.';

/** `nodes`: the leader's answer to `GET /nodes`; `undefined` where the manager is not active yet. */
export const leaveObjection = (
  nodes: ApiResponse | undefined,
  { nodeId }: Pick<Local, 'nodeId'>,
): ApiResponse => {
  if (nodes === undefined)
    return refuse(503, `${opening}Doing so may lose the consensus of your cluster. ${closing}`);
  const { active, reachable, unreachable } = managerStats(nodes.body, nodeId);
  if (!active || reachable - 2 > unreachable) return refuse(503, opening + closing);
  if (reachable === 1 && unreachable === 0) return refuse(503, opening + last);
  const left = `Removing this node leaves ${reachable - 1} managers out of ${reachable + unreachable}. Without a Raft quorum your swarm will be inaccessible. `;
  return refuse(503, opening + left + closing);
};

/** Nothing is known where the leader did not answer with a list: `active` is false then. */
const managerStats = (nodes: Json | undefined, nodeId: string | undefined) => {
  const stats = { active: false, reachable: 0, unreachable: 0 };
  for (const node of isList(nodes) ? nodes : []) {
    const standing = isFields(node) && isFields(node.ManagerStatus) ? node.ManagerStatus : {};
    if (standing.Reachability === 'unreachable') stats.unreachable += 1;
    if (standing.Reachability !== 'reachable') continue;
    stats.reachable += 1;
    if (isFields(node) && node.ID === nodeId) stats.active = true;
  }
  return stats;
};
