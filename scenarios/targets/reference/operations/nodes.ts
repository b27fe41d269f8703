import type { Sighting } from '../../../../harness/core/history.ts';
import type { JsonObject } from '../../../../harness/core/json.ts';
import type { Memory } from '../../../../harness/core/target.ts';
import {
  listOf,
  nodeSpecText,
  shownNode,
  shownTask,
  versionedOf,
} from '../../../../models/swarm-answers.ts';
import { apiRequest, marked, textArgument, versionIn, type ApiKind } from './api-kind.ts';
import { readOnce } from './read-once.ts';

/** A node as it was seen last: what an update is made from. */
type Remembered = { readonly id: string; readonly version: number; readonly spec: JsonObject };

/** In a client's memory: services have names of their own. */
const nodeCalled = (name: string): string => `node ${name}`;

/** Among the objects of a run: whoever leaves the swarm and joins it again is another node of the same name. */
const objectOf = (name: string, id: string): string => `node ${name} (${id.slice(0, idShown)})`;
const idShown = 8;

const rememberedIn = (memory: Memory, args: JsonObject): Remembered | undefined =>
  memory.get(nodeCalled(textArgument(args, 'name'))) as Remembered | undefined;

/** A manager's answer has its standing of the moment besides, so only its spec is the same value in the next one. */
const specTextOf = readOnce(nodeSpecText);
const taskOf = readOnce(shownTask);

/** Nodes as answers show them. What is seen of one is its spec, which clients write, whatever the swarm notes of its state meanwhile. */
const readNodes = (bodies: readonly unknown[]) => {
  const nodes = bodies.map(shownNode);
  const seen: Sighting[] = [];
  for (const [at, { name, id }] of nodes.entries()) {
    const of = versionedOf(bodies[at]);
    if (of === undefined) continue;
    seen.push({ object: objectOf(name, id), value: specTextOf(of.spec), version: of.version });
  }
  return { seen, nodes };
};

const list: ApiKind = {
  name: 'node.list',
  effect: 'read',
  request: () => apiRequest('GET', '/nodes'),
  read({ body, outcome }) {
    if (outcome !== 'ok') return {};
    const { seen, nodes } = readNodes(listOf(body));
    return { seen, output: { nodes } };
  },
};

const inspect: ApiKind = {
  name: 'node.inspect',
  effect: 'read',
  request: (args) => apiRequest('GET', `/nodes/${textArgument(args, 'name')}`),
  read({ body, outcome }, { args }, memory) {
    if (outcome !== 'ok') return {};
    const seen = versionedOf(body);
    const { seen: sightings, nodes } = readNodes([body]);
    const [node] = nodes;
    if (seen !== undefined && node !== undefined)
      memory.set(nodeCalled(textArgument(args, 'name')), { id: node.id, ...seen } as Remembered);
    return { seen: sightings, output: { node: nodes[0] ?? null } };
  },
};

/** The spec as it was, but for the availability or the role that is asked for. */
const changed = (spec: JsonObject, { availability, role }: JsonObject): JsonObject => ({
  ...spec,
  ...(availability !== undefined && { Availability: availability }),
  ...(role !== undefined && { Role: role }),
});

const update: ApiKind = {
  name: 'node.update',
  effect: 'write',
  request(args, memory) {
    const seen = rememberedIn(memory, args);
    if (seen === undefined) return undefined;
    const { id, version, spec } = seen;
    return apiRequest('POST', `/nodes/${id}/update`, {
      query: { version: String(version) },
      body: marked(changed(spec, args), args, memory),
    });
  },
  intent: (args, request, memory) => ({
    object: objectOf(textArgument(args, 'name'), rememberedIn(memory, args)?.id ?? ''),
    act: 'update',
    value: nodeSpecText(request.body),
    version: versionIn(request),
  }),
  read({ status, decided }, { args }, memory) {
    const known = rememberedIn(memory, args);
    const name = textArgument(args, 'name');
    memory.delete(nodeCalled(name));
    return status === 404 && decided && known !== undefined
      ? { seen: [{ object: objectOf(name, known.id), value: undefined }] }
      : {};
  },
};

/** By its id, as another of its name may have joined since; with force, as the swarm may not miss it yet. */
const remove: ApiKind = {
  name: 'node.remove',
  effect: 'write',
  request: (args) =>
    apiRequest('DELETE', `/nodes/${textArgument(args, 'id')}`, { query: { force: 'true' } }),
  intent: (args) => ({
    object: objectOf(textArgument(args, 'name'), textArgument(args, 'id')),
    act: 'remove',
  }),
  read({ status, decided }, { args }) {
    const object = objectOf(textArgument(args, 'name'), textArgument(args, 'id'));
    return status === 404 && decided ? { seen: [{ object, value: undefined }] } : {};
  },
};

const tasks: ApiKind = {
  name: 'task.list',
  effect: 'read',
  request: () => apiRequest('GET', '/tasks'),
  read: ({ body, outcome }) =>
    outcome === 'ok' ? { output: { tasks: listOf(body).map(taskOf) } } : {},
};

/** Operations on nodes, by host name, and the tasks that run on them. */
export const nodeKinds: readonly ApiKind[] = [list, inspect, update, remove, tasks];
