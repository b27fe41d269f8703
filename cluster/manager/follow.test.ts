import { describe, expect, test } from '@jest/globals';
import { defaultNodeConfig } from '../node/config.ts';
import { encodeActions } from '../store/actions.ts';
import { sampleNode, sampleService } from '../store/testing/sample-objects.ts';
import { createStore } from '../store/store.ts';
import type { Transaction } from '../store/types.ts';
import { createManager } from './manager.ts';
import type { ManagerOutput } from './types.ts';

const now = { mono: 10, wall: 10 };

const leader = () => {
  const store = createStore();
  let draws = 1;
  const manager = createManager({
    config: { ...defaultNodeConfig, name: 'm', advertiseAddr: 'm:1' },
    random: {
      integer: (_purpose, below) => (draws += 7919) % below,
      bytes: () => new Uint8Array(),
    },
    view: store,
    managers: () => [],
  });
  let index = 1;
  const commit = (transaction: Transaction): ManagerOutput => {
    index += 1;
    const events = store.apply(encodeActions(transaction.actions));
    return manager.step({ type: 'committed', events }, now);
  };
  const begin = (): Transaction => store.begin({ index, wall: now.wall });
  const first = begin();
  first.create('node', sampleNode('n1'));
  store.apply(encodeActions(first.actions));
  const carryOut = ({ transactions }: ManagerOutput): void => {
    for (const { run } of transactions) {
      const open = begin();
      run(open);
      if (open.actions.length > 0) carryOut(commit(open));
    }
  };
  carryOut(manager.step({ type: 'start' }, now));
  const message = {
    type: 'register',
    nonce: 'n',
    nodeId: 'n1',
    address: 'n1:1',
    hostname: 'n1',
  } as const;
  carryOut(manager.step({ type: 'agent', nodeId: 'n1', address: 'n1:1', message }, now));
  return { store, manager, begin, commit };
};

describe('a write of a client, and what the control loops make of it', () => {
  test('a service and its tasks, placed already, are one entry', () => {
    const { store, manager, begin, commit } = leader();
    const open = begin();
    open.create('service', sampleService('web', { Mode: { Replicated: { Replicas: 2 } } }));
    for (const { run } of manager.follow(open, 0, now)) run(open);
    expect(store.tasks()).toEqual([]);
    const { transactions } = commit(open);
    expect(store.tasksOfService('service-web').map((task) => task.Status.State)).toEqual([
      'assigned',
      'assigned',
    ]);
    expect(transactions).toEqual([]);
  });

  test('the ports that a service gets are part of the entry that makes it', () => {
    const { store, manager, begin, commit } = leader();
    const open = begin();
    const EndpointSpec = { Ports: [{ TargetPort: 80 }] };
    open.create('service', sampleService('web', { EndpointSpec }));
    for (const { run } of manager.follow(open, 0, now)) run(open);
    commit(open);
    expect(store.service('service-web')?.ports).toMatchObject([{ PublishedPort: 30_000 }]);
    expect(store.tasks().map((task) => task.Status.State)).toEqual(['assigned']);
  });

  test('a service that goes takes its tasks along', () => {
    const { store, manager, begin, commit } = leader();
    const made = begin();
    made.create('service', sampleService('web'));
    for (const { run } of manager.follow(made, 0, now)) run(made);
    commit(made);
    const gone = begin();
    gone.remove('service', 'service-web');
    for (const { run } of manager.follow(gone, 0, now)) run(gone);
    commit(gone);
    expect(store.tasks().map((task) => task.DesiredState)).toEqual(['remove']);
  });

  test('what was refused is written anew with the next transaction', () => {
    const { store, manager, begin, commit } = leader();
    const refused = begin();
    refused.create('service', sampleService('web'));
    for (const { run } of manager.follow(refused, 0, now)) run(refused);
    const again = begin();
    again.create('service', sampleService('web'));
    for (const { run } of manager.follow(again, 0, now)) run(again);
    commit(again);
    expect(store.tasksOfService('service-web')).toHaveLength(1);
  });

  test('a node that changes moves tasks only once that is committed', () => {
    const { manager, begin, commit } = leader();
    const made = begin();
    made.create('service', sampleService('web'));
    for (const { run } of manager.follow(made, 0, now)) run(made);
    commit(made);
    const drained = begin();
    const { Spec, ...node } = sampleNode('n1');
    drained.update('node', { ...node, Spec: { ...Spec, Availability: 'drain' } }, undefined);
    expect(manager.follow(drained, 0, now)).toEqual([]);
    expect(commit(drained).transactions).toHaveLength(1);
  });
});
