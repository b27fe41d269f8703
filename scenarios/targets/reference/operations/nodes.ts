import type { Sighting } from '../../../../harness/core/history.ts';
import type { JsonObject } from '../../../../harness/core/json.ts';
import {
  listOf,
  nodeSpecText,
  shownList,
  shownNode,
  shownTask,
  versionedOf,
} from '../../../../models/swarm-answers.ts';
import { apiRequest, marked, textArgument, versionIn, type ApiKind } from './api-kind.ts';

/** A node as it was seen last: what an update is made from. */
type Remembered = { readonly version: number; readonly spec: JsonObject };

/** A node among the objects of a run, and in a client's memory: services have names of their own. */
const nodeCalled = (name: string): string => `node ${name}`;

/** Its spec is what clients write, whatever the swarm notes of its state meanwhile. */
const sightings = (bodies: readonly unknown[]): readonly Sighting[] =>
  bodies.flatMap((body) => {
    const seen = versionedOf(body);
    if (seen === undefined) return [];
    const object = nodeCalled(shownNode(body).name);
    return [{ object, value: nodeSpecText(seen.spec), version: seen.version }];
  });

const list: ApiKind = {
  name: 'node.list',
  effect: 'read',
  request: () => apiRequest('GET', '/nodes'),
  read: ({ body, outcome }) =>
    outcome === 'ok'
      ? { seen: sightings(listOf(body)), output: { nodes: shownList(body, shownNode) } }
      : {},
};

const inspect: ApiKind = {
  name: 'node.inspect',
  effect: 'read',
  request: (args) => apiRequest('GET', `/nodes/${textArgument(args, 'name')}`),
  read({ body, outcome }, { args }, memory) {
    if (outcome !== 'ok') return {};
    const seen = versionedOf(body);
    if (seen !== undefined) memory.set(nodeCalled(textArgument(args, 'name')), seen as Remembered);
    return { seen: sightings([body]), output: { node: shownNode(body) } };
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
    outcome === 'ok' ? { output: { tasks: shownList(body, shownTask) } } : {},
};

/** Operations on nodes, by host name, and the tasks that run on them. */
export const nodeKinds: readonly ApiKind[] = [list, inspect, update, tasks];
