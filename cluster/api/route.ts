/**
 * The one table of routes: by method and segments. `decide` says what this node does with a request,
 * `decideAsLeader` what the leader does with one that reached it.
 */
import { unreachable } from '../raft/unreachable.ts';
import { clusterPart, info, ping, version } from './info.ts';
import { decideInit, decideJoin, decideLeave, decideUnlock } from './membership.ts';
import { inspectNode, listNodes, removeNode, updateNode } from './nodes.ts';
import type { ApiRequest, ApiResponse } from './seam.ts';
import {
  createService,
  inspectService,
  listServices,
  removeService,
  updateService,
} from './services.ts';
import { inspectSwarm, showUnlockKey, updateSwarm } from './swarm.ts';
import { inspectTask, listTasks } from './tasks.ts';
import * as texts from './texts.ts';
import type { Decision, LeaderDecision, Leading, Local } from './types.ts';

type Segments = readonly string[];

/** `/services/x/update` → `services`, `x`, `update`. A slash at the end is one segment more. */
const segmentsOf = (path: string): Segments => path.slice(1).split('/');

const reply = (response: ApiResponse): Decision => ({ type: 'reply', response });
const toLeader: Decision = { type: 'leader' };
const toInfo: Decision = { type: 'info' };

/** What the node does with a request, whatever the cluster's state. */
export const decide = (request: ApiRequest, local: Local): Decision => {
  const segments = segmentsOf(request.path);
  const [head, what] = segments;
  const { method } = request;
  if (segments.length === 1) {
    if (head === '_ping' && (method === 'GET' || method === 'HEAD'))
      return reply(ping(local, method === 'GET'));
    if (head === 'version' && method === 'GET') return reply(version);
    if (head === 'info' && method === 'GET')
      return isManagerHere(local) ? toInfo : reply(info(local, undefined));
  }
  const own = head === 'swarm' && segments.length === 2 && method === 'POST' ? what : undefined;
  return decideMembership(request, own, local) ?? decideCluster(request, segments, local);
};

/** What concerns this node's own membership; `undefined` for all else. */
const decideMembership = (
  request: ApiRequest,
  what: string | undefined,
  local: Local,
): Decision | undefined => {
  switch (what) {
    case 'init':
      return decideInit(request, local);
    case 'join':
      return decideJoin(request, local);
    case 'leave':
      return local.state === 'inactive' ? reply(texts.notInSwarm) : decideLeave(request, local);
    case 'unlock': {
      const otherwise = isManagerHere(local) ? texts.notLocked : noManager(local);
      return decideUnlock(request, local, otherwise);
    }
    default:
      return undefined;
  }
};

/** A route that there is not is told apart before all else, whoever would answer the others, and then what cannot be read. */
const decideCluster = (request: ApiRequest, segments: Segments, local: Local): Decision => {
  const route = clusterRoute(request, segments);
  if (route === undefined) return reply(texts.pageNotFound);
  if (isManagerHere(local)) return toLeader;
  const said = route(local);
  return said.type === 'reply' && said.unread === true ? said : reply(noManager(local));
};

/** A manager's store is open here, so the leader may be asked on a client's behalf. */
const isManagerHere = ({ state, role }: Local): boolean =>
  role === 'manager' && (state === 'active' || state === 'pending');

/** Why this node cannot do what only a manager can. @source moby, daemon/cluster/cluster.go (errNoManager) */
const noManager = ({ state, role }: Local): ApiResponse => {
  switch (state) {
    case 'locked':
      return texts.locked;
    case 'inactive':
    case 'error':
      return texts.noManagerOutside;
    case 'pending':
      return texts.noManagerYet;
    case 'active':
      return role === 'worker' ? texts.noManagerOnWorker : texts.noManagerYet;
    default:
      return unreachable(state);
  }
};

const notFound: LeaderDecision = { type: 'reply', response: texts.pageNotFound };

/** What the leader does with a request that only it can answer. */
export const decideAsLeader = (request: ApiRequest, leading: Leading): LeaderDecision => {
  // A manager asks for the part of `info` that the leader knows.
  if (request.path === '/info') return clusterPart;
  return clusterRoute(request, segmentsOf(request.path))?.(leading) ?? notFound;
};

type Handler = (by: Pick<Leading, 'config'>) => LeaderDecision;

/** @source moby, daemon/server/router/swarm/cluster.go: an id is one segment, and not empty. */
const clusterRoute = (request: ApiRequest, segments: Segments): Handler | undefined => {
  const [head, id, verb] = segments;
  if (id === '' || segments.length > 3) return undefined;
  switch (head) {
    case 'services':
      return servicesRoute(request, id, verb);
    case 'nodes':
      return nodesRoute(request, id, verb);
    case 'tasks':
      if (request.method !== 'GET' || verb !== undefined) return undefined;
      return () => (id === undefined ? listTasks(request) : inspectTask(id));
    case 'swarm':
      return verb === undefined ? swarmRoute(request, id) : undefined;
    default:
      return undefined;
  }
};

const swarmRoute = (request: ApiRequest, what: string | undefined): Handler | undefined => {
  const { method } = request;
  if (method === 'GET' && what === undefined) return () => inspectSwarm;
  if (method === 'GET' && what === 'unlockkey') return () => showUnlockKey;
  if (method === 'POST' && what === 'update') return (by) => updateSwarm(request, by);
  return undefined;
};

const servicesRoute = (
  request: ApiRequest,
  id: string | undefined,
  verb: string | undefined,
): Handler | undefined => {
  const { method } = request;
  if (verb !== undefined)
    return method === 'POST' && verb === 'update' && id !== undefined
      ? () => updateService(request, id)
      : undefined;
  if (method === 'GET')
    return () => (id === undefined ? listServices(request) : inspectService(request, id));
  if (method === 'DELETE' && id !== undefined) return () => removeService(id);
  return method === 'POST' && id === 'create' ? () => createService(request) : undefined;
};

const nodesRoute = (
  request: ApiRequest,
  id: string | undefined,
  verb: string | undefined,
): Handler | undefined => {
  const { method } = request;
  if (verb !== undefined)
    return method === 'POST' && verb === 'update' && id !== undefined
      ? () => updateNode(request, id)
      : undefined;
  if (method === 'GET') return () => (id === undefined ? listNodes(request) : inspectNode(id));
  return method === 'DELETE' && id !== undefined ? () => removeNode(request, id) : undefined;
};
