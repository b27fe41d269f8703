import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodeActions, encodeActions } from './actions.ts';
import { sampleNode, sampleService, sampleTask } from './testing/sample-objects.ts';
import { createStore } from './store.ts';
import type { Store, Transaction } from './types.ts';

const wall = Date.UTC(2026, 0, 1);

/** One write of a drawn transaction; small ranges, so that writes meet. */
type Write =
  | { readonly act: 'create-service' | 'remove-service'; readonly at: number }
  | { readonly act: 'scale' | 'retemplate'; readonly at: number; readonly to: number }
  | { readonly act: 'create-task'; readonly at: number; readonly of: number }
  | { readonly act: 'move-task'; readonly at: number; readonly to: number }
  | { readonly act: 'remove-task'; readonly at: number }
  | { readonly act: 'node'; readonly at: number; readonly to: number };

const small = fc.nat({ max: 3 });
const write: fc.Arbitrary<Write> = fc.oneof(
  fc.record({ act: fc.constantFrom('create-service', 'remove-service'), at: small }),
  fc.record({ act: fc.constantFrom('scale', 'retemplate'), at: small, to: small }),
  fc.record({ act: fc.constant('create-task'), at: small, of: small }),
  fc.record({ act: fc.constant('move-task'), at: small, to: small }),
  fc.record({ act: fc.constant('remove-task'), at: small }),
  fc.record({ act: fc.constant('node'), at: small, to: small }),
);

const carryOut = (open: Transaction, drawn: Write): void => {
  const id = `service-${String(drawn.at)}`;
  const service = open.service(id);
  const task = open.task(`t${String(drawn.at)}`);
  switch (drawn.act) {
    case 'create-service':
      open.create('service', sampleService(String(drawn.at)));
      return;
    case 'remove-service':
      open.remove('service', id);
      return;
    case 'scale':
      if (service === undefined) return;
      open.update(
        'service',
        {
          ...service,
          Spec: { ...service.Spec, Mode: { Replicated: { Replicas: drawn.to } } },
          PreviousSpec: service.Spec,
        },
        undefined,
      );
      return;
    case 'retemplate': {
      if (service === undefined) return;
      const { PreviousSpec, ...rest } = service;
      const TaskTemplate = { ContainerSpec: { Image: `image-${String(drawn.to)}` } };
      const Spec = { ...service.Spec, TaskTemplate };
      const keeps = drawn.to > 1 && PreviousSpec !== undefined;
      open.update(
        'service',
        keeps ? { ...rest, Spec, PreviousSpec } : { ...rest, Spec },
        undefined,
      );
      return;
    }
    case 'create-task': {
      const of = open.service(`service-${String(drawn.of)}`);
      if (of === undefined) return;
      open.create(
        'task',
        sampleTask(`t${String(drawn.at)}`, {
          Spec: of.Spec.TaskTemplate,
          ServiceID: of.ID,
          specVersion: of.Version.Index,
        }),
      );
      return;
    }
    case 'move-task':
      if (task !== undefined) {
        const endpoint =
          drawn.to === 0 ? undefined : { Ports: [{ PublishedPort: drawn.to, Protocol: 'tcp' }] };
        open.update('task', { ...task, NodeID: `n${String(drawn.to)}`, endpoint }, undefined);
      }
      return;
    case 'remove-task':
      open.remove('task', `t${String(drawn.at)}`);
      return;
    case 'node':
      if (open.node('n') === undefined) open.create('node', sampleNode('n'));
      else {
        const raftId = drawn.to === 0 ? undefined : String(drawn.to);
        open.update('node', { ...sampleNode('n'), raftId }, undefined);
      }
  }
};

/** All that a reader can see of a store. */
const shown = (store: Store): unknown => ({
  nodes: store.nodes(),
  services: store.services(),
  tasks: store.tasks(),
  byService: [0, 1, 2, 3].map((at) => store.tasksOfService(`service-${String(at)}`)),
  byNode: [0, 1, 2, 3].map((at) => store.tasksOfNode(`n${String(at)}`)),
  byName: [0, 1, 2, 3].map((at) => store.serviceByName(String(at))),
});

describe('the actions of a transaction', () => {
  test('make the same state everywhere, whether they are read from bytes, restored or known already', () => {
    fc.assert(
      fc.property(fc.array(fc.array(write, { maxLength: 6 }), { maxLength: 12 }), (entries) => {
        const leader = createStore();
        const reader = createStore();
        entries.forEach((writes, at) => {
          const open = leader.begin({ index: at + 1, wall: wall + at });
          for (const each of writes) carryOut(open, each);
          if (open.actions.length === 0) return;
          const data = encodeActions(open.actions);
          expect(decodeActions(data, leader)).toBe(open.actions);
          const events = leader.apply(data);
          expect(reader.apply(data.slice())).toEqual(events);
        });
        expect(shown(reader)).toEqual(shown(leader));
        expect(reader.snapshot()).toEqual(leader.snapshot());
        const restored = createStore();
        restored.restore(leader.snapshot());
        expect(shown(restored)).toEqual(shown(leader));
      }),
      { numRuns: 300 },
    );
  });

  test('keep each task on the very template of its service, also where they are read from bytes', () => {
    const leader = createStore();
    const reader = createStore();
    const open = leader.begin({ index: 1, wall });
    carryOut(open, { act: 'create-service', at: 1 });
    carryOut(open, { act: 'create-task', at: 1, of: 1 });
    const data = encodeActions(open.actions);
    reader.apply(data.slice());
    expect(reader.task('t1')?.Spec).toBe(reader.service('service-1')?.Spec.TaskTemplate);
  });

  test('take few bytes where a task only changes its state', () => {
    const store = createStore();
    const first = store.begin({ index: 1, wall });
    first.create('task', sampleTask('t'.repeat(25)));
    store.apply(encodeActions(first.actions));
    const open = store.begin({ index: 2, wall });
    const Status = {
      Timestamp: '2026-01-01T00:00:01.000Z',
      State: 'running',
      Message: 'started',
    } as const;
    for (const task of open.tasks()) open.update('task', { ...task, Status }, undefined);
    expect(encodeActions(open.actions).length).toBeLessThan(160);
  });

  test('leave out an update of what is not there', () => {
    const leader = createStore();
    const open = leader.begin({ index: 1, wall });
    carryOut(open, { act: 'node', at: 0, to: 0 });
    leader.apply(encodeActions(open.actions));
    const next = leader.begin({ index: 2, wall });
    carryOut(next, { act: 'node', at: 0, to: 1 });
    const stranger = createStore();
    expect(stranger.apply(encodeActions(next.actions).slice())).toEqual([]);
    expect(stranger.nodes()).toEqual([]);
  });
});

test('the bytes of a write do not depend on who made the object and who read it from the log', () => {
  const [maker, reader] = [createStore(), createStore()];
  const first = maker.begin({ index: 1, wall });
  const { ID, Spec } = sampleService('1');
  // A field that has no value yet, in the middle of the others.
  first.create('service', { ID, PreviousSpec: undefined as never, Spec });
  const data = encodeActions(first.actions);
  maker.apply(data);
  reader.apply(data.slice());
  const written = [maker, reader].map((store) => {
    const open = store.begin({ index: 2, wall });
    const service = open.service(ID);
    if (service === undefined) throw new Error('the service is not there');
    const renamed = { ...service.Spec, Name: 'another' };
    open.update(
      'service',
      { ...service, Spec: renamed, PreviousSpec: { ...Spec, Name: 'x' } },
      undefined,
    );
    return [...encodeActions(open.actions)];
  });
  expect(written[0]).toEqual(written[1]);
});
