/**
 * The one table of routes: by first segment, then by what follows. `decide` says what this node does with a request,
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

/** `/services/x/update` → `services`, `x/update`. */
const splitPath = (path: string): { readonly head: string; readonly rest: string } => {
  const at = path.indexOf('/', 1);
  return at < 0
    ? { head: path.slice(1), rest: '' }
    : { head: path.slice(1, at), rest: path.slice(at + 1) };
};

const reply = (response: ApiResponse): Decision => ({ type: 'reply', response });
const toLeader: Decision = { type: 'leader' };
const toInfo: Decision = { type: 'info' };

/** What the node does with a request, whatever the cluster's state. */
export const decide = (request: ApiRequest, local: Local): Decision => {
  const { head, rest } = splitPath(request.path);
  const { method } = request;
  if (local.state === 'locked' && !answersWhileLocked(head, rest)) return reply(texts.locked);
  switch (head) {
    case '_ping':
      if (rest !== '' || (method !== 'GET' && method !== 'HEAD')) break;
      return reply(ping(local, method === 'GET'));
    case 'version':
      if (rest !== '' || method !== 'GET') break;
      return reply(version);
    case 'info':
      if (rest !== '' || method !== 'GET') break;
      return isManagerHere(local) ? toInfo : reply(info(local, undefined));
    case 'swarm':
      return decideSwarm(request, rest, local);
    case 'nodes':
    case 'services':
    case 'tasks':
      return decideCluster(local);
    default:
  }
  return reply(texts.pageNotFound);
};

/** All that a locked manager does; the rest of its life waits for the key. */
const answersWhileLocked = (head: string, rest: string): boolean =>
  head === '_ping' ||
  head === 'version' ||
  head === 'info' ||
  (head === 'swarm' && (rest === 'unlock' || rest === 'leave'));

const decideSwarm = (request: ApiRequest, rest: string, local: Local): Decision => {
  if (request.method === 'GET' || request.method === 'HEAD') return decideCluster(local);
  const outside = local.state === 'inactive';
  switch (rest) {
    case 'init':
      return outside ? decideInit(request, local) : reply(texts.alreadyInSwarm);
    case 'join':
      return outside ? decideJoin(request, local) : reply(texts.alreadyInSwarm);
    case 'leave':
      return outside ? reply(texts.notInSwarm) : decideLeave(request, local);
    case 'unlock':
      if (local.state === 'locked') return decideUnlock(request);
      return reply(isManagerHere(local) ? texts.notLocked : noManager(local));
    case 'update':
      return decideCluster(local);
    default:
      return reply(texts.pageNotFound);
  }
};

const decideCluster = (local: Local): Decision =>
  isManagerHere(local) ? toLeader : reply(noManager(local));

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
  const { head, rest } = splitPath(request.path);
  switch (head) {
    case 'services':
      return decideServices(request, rest);
    case 'nodes':
      return decideNodes(request, rest);
    case 'tasks':
      if (request.method !== 'GET') return notFound;
      return rest === '' ? listTasks(request) : inspectTask(rest);
    case 'swarm':
      return decideSwarmAsLeader(request, rest, leading);
    case 'info':
      return clusterPart;
    default:
      return notFound;
  }
};

const decideSwarmAsLeader = (
  request: ApiRequest,
  rest: string,
  leading: Leading,
): LeaderDecision => {
  if (request.method === 'GET' && rest === '') return inspectSwarm;
  if (request.method === 'GET' && rest === 'unlockkey') return showUnlockKey;
  if (request.method === 'POST' && rest === 'update') return updateSwarm(request, leading);
  return notFound;
};

const decideServices = (request: ApiRequest, rest: string): LeaderDecision => {
  const { method } = request;
  if (method === 'GET') return rest === '' ? listServices(request) : inspectService(request, rest);
  if (method === 'DELETE' && rest !== '') return removeService(rest);
  if (method !== 'POST') return notFound;
  if (rest === 'create') return createService(request);
  const id = withoutSuffix(rest, '/update');
  return id === undefined ? notFound : updateService(request, id);
};

const decideNodes = (request: ApiRequest, rest: string): LeaderDecision => {
  const { method } = request;
  if (method === 'GET') return rest === '' ? listNodes(request) : inspectNode(rest);
  if (method === 'DELETE' && rest !== '') return removeNode(request, rest);
  if (method !== 'POST') return notFound;
  const id = withoutSuffix(rest, '/update');
  return id === undefined ? notFound : updateNode(request, id);
};

/** What stands before the suffix, or `undefined`. */
const withoutSuffix = (text: string, suffix: string): string | undefined =>
  text.endsWith(suffix) && text.length > suffix.length ? text.slice(0, -suffix.length) : undefined;
