/**
 * Objects as the API shows them: what is internal is left out, what is only true at read time is put in. The part that does not
 * depend on the time of reading is made once for each version of an object.
 * @source moby, api/types/swarm
 */
import { Recent } from '../recent.ts';
import type { Member, RaftStatus } from '../raft/types.ts';
import type { ClusterObject, NodeObject, ServiceObject, TaskObject } from '../store/objects.ts';
import type { View } from '../store/types.ts';
import type { Json } from './seam.ts';

/** Makes an object's shown form once; objects are frozen, so it stays true. */
const remembered = <T extends object>(make: (object: T) => Json): ((object: T) => Json) => {
  const known = new Recent<T, Json>(64);
  return (object) => {
    const already = known.get(object);
    if (already !== undefined) return already;
    const shown = make(object);
    known.set(object, shown);
    return shown;
  };
};

export const showTask = remembered((task: TaskObject) => ({
  ID: task.ID,
  Version: task.Version,
  CreatedAt: task.CreatedAt,
  UpdatedAt: task.UpdatedAt,
  Labels: {},
  Spec: task.Spec,
  ServiceID: task.ServiceID,
  ...(task.Slot === 0 ? {} : { Slot: task.Slot }),
  ...(task.NodeID === '' ? {} : { NodeID: task.NodeID }),
  Status: task.Status as unknown as Json,
  DesiredState: task.DesiredState,
}));

export const showService = remembered((service: ServiceObject) => ({
  ID: service.ID,
  Version: service.Version,
  CreatedAt: service.CreatedAt,
  UpdatedAt: service.UpdatedAt,
  Spec: service.Spec,
  ...(service.PreviousSpec === undefined ? {} : { PreviousSpec: service.PreviousSpec }),
  Endpoint: showEndpoint(service),
  ...(service.UpdateStatus === undefined ? {} : { UpdateStatus: service.UpdateStatus }),
}));

/** A service whose ports another one holds has none. */
const showEndpoint = ({ Spec, ports }: ServiceObject): Json => {
  const { EndpointSpec = {} } = Spec;
  return ports === undefined ? { Spec: EndpointSpec } : { Spec: EndpointSpec, Ports: ports };
};

/** Counted at read time. @source swarmkit, manager/controlapi/service.go (ListServiceStatuses) */
export const serviceStatus = (service: ServiceObject, view: View): Json => {
  let running = 0;
  let wanted = 0;
  for (const task of view.tasksOfService(service.ID)) {
    if (task.Status.State === 'running') running += 1;
    if (task.DesiredState === 'running') wanted += 1;
  }
  const { Mode } = service.Spec;
  const replicas =
    Mode !== undefined && 'Replicated' in Mode ? Mode.Replicated.Replicas : undefined;
  return { RunningTasks: running, DesiredTasks: replicas ?? wanted, CompletedTasks: 0 };
};

type Fields = Readonly<Record<string, Json>>;

const plainNode = remembered((node: NodeObject) => ({
  ID: node.ID,
  Version: node.Version,
  CreatedAt: node.CreatedAt,
  UpdatedAt: node.UpdatedAt,
  Spec: node.Spec as unknown as Json,
  Description: node.Description as unknown as Json,
  Status: node.Status,
}));

/** The leader's view of the members at this moment. */
export type Standings = {
  readonly members: readonly Member[];
  readonly leader: string | undefined;
  readonly active: readonly string[];
};

export const standingsOf = ({ membership, leader, active }: RaftStatus): Standings => ({
  members: membership.members,
  leader,
  active,
});

/** A manager's standing is what the leader sees now; a learner's reachability is not known yet. */
export const showNode = (node: NodeObject, { members, leader, active }: Standings): Json => {
  const shown = plainNode(node);
  for (const { id, nodeId, voter, address } of members) {
    if (nodeId !== node.ID) continue;
    const heard = active.includes(id) ? 'reachable' : 'unreachable';
    const standing: Fields = { Reachability: voter ? heard : 'unknown', Addr: address };
    return {
      ...(shown as Fields),
      ManagerStatus: id === leader ? { Leader: true, ...standing } : standing,
    };
  }
  return shown;
};

/** What `info` shows of the cluster: everything but the join tokens. */
export const showClusterInfo = remembered((cluster: ClusterObject) => ({
  ID: cluster.ID,
  Version: cluster.Version,
  CreatedAt: cluster.CreatedAt,
  UpdatedAt: cluster.UpdatedAt,
  Spec: cluster.Spec as unknown as Json,
  RootRotationInProgress: false,
  ...cluster.networkConfig,
}));

export const showSwarm = remembered((cluster: ClusterObject) => ({
  ...(showClusterInfo(cluster) as Fields),
  JoinTokens: cluster.JoinTokens,
}));
