import { expect, test } from '@jest/globals';
import type { ServiceShown } from '../../models/swarm-answers.ts';
import { history, service } from '../testing/histories.ts';
import { nodes } from '../testing/shown-in-the-end.ts';
import { waitsOf } from './last-change.ts';

const { bounds } = history({});
const state = { by: 'm1', from: 0, to: 0, services: [], tasks: [], nodes };

const none = { ms: 0, places: 1 };

test.each<readonly [string, Partial<ServiceShown>, number]>([
  ['all places at once', { replicas: 90 }, 0],
  ['one place after the other, of a few', { replicas: 10, updateWaits: none }, 0],
  ['as it waits between them', { replicas: 4, updateWaits: { ms: 100, places: 2 } }, 200],
  ['one after the other, of many', { replicas: 20, updateWaits: none }, bounds.convergeMs],
  ['a few at once, of many', { replicas: 20, updateWaits: { ms: 0, places: 3 } }, 0],
  ['every node, as it waits', { replicas: undefined, updateWaits: { ms: 9, places: 1 } }, 45],
])('an update that takes %s is given as much time beyond the bound', (_, given, beyond) => {
  expect(waitsOf({ ...service(), ...given }, state, { bounds })).toBe(beyond);
});
