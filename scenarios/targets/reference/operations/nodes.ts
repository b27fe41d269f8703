import type { JsonObject } from '../../../../harness/core/json.ts';
import { shownList, shownNode, shownTask, versionedOf } from '../../../../models/swarm-answers.ts';
import { apiRequest, textArgument, type ApiKind } from './api-kind.ts';

/** A node as it was seen last: what an update is made from. */
type Remembered = { readonly version: number; readonly spec: JsonObject };

const memoryOf = (name: string): string => `node ${name}`;

const list: ApiKind = {
  name: 'node.list',
  effect: 'read',
  request: () => apiRequest('GET', '/nodes'),
  read: ({ body, outcome }) =>
    outcome === 'ok' ? { output: { nodes: shownList(body, shownNode) } } : {},
};

const inspect: ApiKind = {
  name: 'node.inspect',
  effect: 'read',
  request: (args) => apiRequest('GET', `/nodes/${textArgument(args, 'name')}`),
  read({ body, outcome }, { args }, memory) {
    if (outcome !== 'ok') return {};
    const seen = versionedOf(body);
    if (seen !== undefined) memory.set(memoryOf(textArgument(args, 'name')), seen as Remembered);
    return { output: { node: shownNode(body) } };
  },
};

const update: ApiKind = {
  name: 'node.update',
  effect: 'write',
  request(args, memory) {
    const name = textArgument(args, 'name');
    const seen = memory.get(memoryOf(name));
    if (seen === undefined) return undefined;
    const { version, spec } = seen as Remembered;
    return apiRequest('POST', `/nodes/${name}/update`, {
      query: { version: String(version) },
      body: { ...spec, Availability: textArgument(args, 'availability') },
    });
  },
  read(_answered, { args }, memory) {
    memory.delete(memoryOf(textArgument(args, 'name')));
    return {};
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
