/**
 * `/nodes`: list, inspect, update, remove. The checks that keep a quorum come before that of the version.
 * @source moby, daemon/cluster/nodes.go; swarmkit, manager/controlapi/node.go
 */
import type { NodeObject, NodeSpec, TaskObject } from '../store/objects.ts';
import { isTerminal } from '../store/task-transitions.ts';
import type { Transaction } from '../store/types.ts';
import { BodyReader } from './body.ts';
import { demotionObjection } from './demotion.ts';
import { nodeSpecType } from './go-types.ts';
import { findNode } from './lookup.ts';
import {
  filtersOf,
  labelsMatch,
  looseFlagOf,
  prefixMatches,
  unknownValue,
  versionOf,
} from './query.ts';
import type { Filters, Parsed } from './query.ts';
import { done, objectionable, refuse, refuseRpc, replyOf, show, unreadable } from './respond.ts';
import type { ApiRequest, ApiResponse } from './seam.ts';
import { showNode, standingsOf } from './show.ts';
import { outOfSequence } from './texts.ts';
import type { LeaderDecision, Leading } from './types.ts';

const reply = (response: ApiResponse): LeaderDecision => ({ type: 'reply', response });
const roles = ['worker', 'manager'] as const;
const availabilities = ['active', 'pause', 'drain'] as const;
const memberships = ['accepted', 'pending'] as const;

export const listNodes = (request: ApiRequest): LeaderDecision => {
  const filters = filtersOf(request.query, [
    'name',
    'id',
    'label',
    'role',
    'membership',
    'node.label',
  ]);
  if (!filters.ok) return replyOf(filters);
  const wanted = filters.value;
  for (const [key, known] of [
    ['role', roles],
    ['membership', memberships],
  ] as const) {
    const unknown = unknownValue(wanted, key, known);
    if (unknown !== undefined) return reply(refuse(400, `invalid ${key} filter: '${unknown}'`));
  }
  return {
    type: 'read',
    respond: (leading) => {
      const all = leading.view.nodes();
      const nodes = wanted.size === 0 ? all : all.filter((node) => fits(node, wanted));
      const standings = standingsOf(leading.raft);
      return show(nodes.map((node) => showNode(node, standings)));
    },
  };
};

export const inspectNode = (id: string): LeaderDecision => ({
  type: 'read',
  respond: (leading) => {
    const found = findNode(leading.view, id);
    return found.ok ? show(showNode(found.value, standingsOf(leading.raft))) : found.response;
  },
});

export const updateNode = (request: ApiRequest, input: string): LeaderDecision => {
  const spec = readNodeSpec(request);
  if (!spec.ok && spec.unread) return replyOf(spec);
  const version = versionOf(request.query, 'node');
  if (!version.ok) return replyOf(version);
  if (!spec.ok) return replyOf(spec);
  return {
    type: 'write',
    run: (transaction, leading) => {
      const found = findNode(transaction, input);
      if (!found.ok) return found.response;
      const node = found.value;
      const objection = demotionObjection(node, spec.value, { transaction, raft: leading.raft });
      if (objection !== undefined) return objection;
      // A promotion takes effect at once: the node learns of it and joins. A demotion waits until it has left Raft.
      const role = spec.value.Role === 'manager' ? 'manager' : node.role;
      const next = { ...node, Spec: spec.value, role };
      const refusal = transaction.update('node', next, version.value);
      return refusal === undefined ? done : outOfSequence;
    },
  };
};

export const removeNode = (request: ApiRequest, input: string): LeaderDecision => {
  const force = looseFlagOf(request.query, 'force');
  return {
    type: 'write',
    run: (transaction, leading) => {
      const found = findNode(transaction, input);
      if (!found.ok) return found.response;
      const objection = removalObjection(found.value, leading, force);
      if (objection !== undefined) return objection;
      remove(transaction, found.value.ID, leading);
      return done;
    },
  };
};

const removalObjection = (
  { ID, Spec, Status }: NodeObject,
  { raft }: Leading,
  force: boolean,
): ApiResponse | undefined => {
  const isMember = raft.membership.members.some((member) => member.nodeId === ID);
  if (Spec.Role === 'manager' && isMember)
    return refuseRpc(
      'FailedPrecondition',
      `node ${ID} is a cluster manager and is a member of the raft cluster. It must be demoted to worker before removal`,
    );
  if (!force && Status.State === 'ready')
    return refuseRpc('FailedPrecondition', `node ${ID} is not down and can't be removed`);
  return undefined;
};

/** Its id is refused from now on, and what ran there is given up. */
const remove = (transaction: Transaction, id: string, { now }: Leading): void => {
  const { cluster } = transaction;
  if (cluster !== undefined)
    transaction.update(
      'cluster',
      { ...cluster, removedNodes: [...cluster.removedNodes, id] },
      undefined,
    );
  for (const task of transaction.tasksOfNode(id)) {
    if (isTerminal(task.Status.State)) continue;
    transaction.update('task', orphaned(task, now.wall), undefined);
  }
  transaction.remove('node', id);
};

const orphaned = (task: TaskObject, wall: number): TaskObject => ({
  ...task,
  Status: {
    ...task.Status,
    Timestamp: new Date(wall).toISOString(),
    State: 'orphaned',
    Message: 'Task belonged to a node that has been deleted',
  },
});

const readNodeSpec = (request: ApiRequest): Parsed<NodeSpec> => {
  const reader = new BodyReader(request.body, nodeSpecType);
  const { fields } = reader;
  const name = reader.text('Name', fields.Name) ?? '';
  const labels = reader.table('Labels', fields.Labels) ?? {};
  const role = reader.text('Role', fields.Role) ?? '';
  const availability = reader.text('Availability', fields.Availability) ?? '';
  if (reader.problem !== undefined) return unreadable(reader.problem);
  const Role = roles.find((known) => known === role.toLowerCase());
  if (Role === undefined) return objectionable(refuse(400, `invalid Role: "${role}"`));
  const Availability = availabilities.find((known) => known === availability.toLowerCase());
  if (Availability === undefined)
    return objectionable(refuse(400, `invalid Availability: "${availability}"`));
  const spec = { Labels: labels, Role, Availability };
  return { ok: true, value: name === '' ? spec : { Name: name, ...spec } };
};

const fits = (node: NodeObject, filters: Filters): boolean =>
  prefixMatches(filters, 'name', node.Description.Hostname) &&
  prefixMatches(filters, 'id', node.ID) &&
  labelsMatch(filters, 'label', node.Description.Engine.Labels) &&
  labelsMatch(filters, 'node.label', node.Spec.Labels) &&
  // The actual role, as in SwarmKit. Every node in the store has been accepted.
  (filters.get('role')?.some((role) => role.toLowerCase() === node.role) ?? true) &&
  (filters.get('membership')?.some((membership) => membership.toLowerCase() === 'accepted') ??
    true);
