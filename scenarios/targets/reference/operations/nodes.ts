import type { Sighting } from '../../../../harness/core/history.ts';
import type { JsonObject } from '../../../../harness/core/json.ts';
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
type Remembered = { readonly version: number; readonly spec: JsonObject };

/** A node among the objects of a run, and in a client's memory: services have names of their own. */
const nodeCalled = (name: string): string => `node ${name}`;

/** A manager's answer has its standing of the moment besides, so only its spec is the same value in the next one. */
const specTextOf = readOnce(nodeSpecText);
const taskOf = readOnce(shownTask);

/** Nodes as answers show them. What is seen of one is its spec, which clients write, whatever the swarm notes of its state meanwhile. */
const readNodes = (bodies: readonly unknown[]) => {
  const nodes = bodies.map(shownNode);
  const seen: Sighting[] = [];
  for (const [at, { name }] of nodes.entries()) {
    const of = versionedOf(bodies[at]);
    if (of === undefined) continue;
    seen.push({ object: nodeCalled(name), value: specTextOf(of.spec), version: of.version });
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
    if (seen !== undefined) memory.set(nodeCalled(textArgument(args, 'name')), seen as Remembered);
    const { seen: sightings, nodes } = readNodes([body]);
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
    const name = textArgument(args, 'name');
    const seen = memory.get(nodeCalled(name));
    if (seen === undefined) return undefined;
    const { version, spec } = seen as Remembered;
    return apiRequest('POST', `/nodes/${name}/update`, {
      query: { version: String(version) },
      body: marked(changed(spec, args), args, memory),
    });
  },
  intent: (args, request) => ({
    object: nodeCalled(textArgument(args, 'name')),
    act: 'update',
    value: nodeSpecText(request.body),
    version: versionIn(request),
  }),
  read({ status, decided }, { args }, memory) {
    const object = nodeCalled(textArgument(args, 'name'));
    memory.delete(object);
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
export const nodeKinds: readonly ApiKind[] = [list, inspect, update, tasks];
