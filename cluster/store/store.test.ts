import { describe, expect, test } from '@jest/globals';
import { encodeActions } from './actions.ts';
import { sampleNode, sampleService, sampleTask } from './testing/sample-objects.ts';
import { createStore } from './store.ts';
import type { Store, StoreEvent, Transaction } from './types.ts';

const wall = Date.UTC(2026, 0, 1);

/** Runs a transaction and applies it as committed. */
const commit = (
  store: Store,
  index: number,
  run: (transaction: Transaction) => void,
): readonly StoreEvent[] => {
  const transaction = store.begin({ index, wall: wall + index });
  run(transaction);
  return store.apply(encodeActions(transaction.actions));
};

describe('a transaction', () => {
  test('is seen by nobody else before it is committed', () => {
    const store = createStore();
    const transaction = store.begin({ index: 1, wall });
    transaction.create('service', sampleService('web'));
    expect(transaction.serviceByName('web')?.ID).toBe('service-web');
    expect(store.serviceByName('web')).toBeUndefined();
    store.apply(encodeActions(transaction.actions));
    expect(store.serviceByName('web')?.ID).toBe('service-web');
  });

  test('sees its own writes in every list', () => {
    const store = createStore();
    commit(store, 1, (transaction) => {
      transaction.create('task', sampleTask('a'));
      transaction.create('task', sampleTask('b', { NodeID: 'n1' }));
      transaction.create('task', sampleTask('c', { NodeID: 'n1' }));
    });
    const transaction = store.begin({ index: 2, wall });
    transaction.update('task', sampleTask('a', { NodeID: 'n1' }), 1);
    transaction.remove('task', 'b');
    transaction.create('task', sampleTask('aa', { NodeID: 'n2' }));
    const ids = (tasks: readonly { ID: string }[]): string => tasks.map(({ ID }) => ID).join();
    expect(ids(transaction.tasks())).toBe('a,aa,c');
    expect(ids(transaction.tasksOfNode('n1'))).toBe('a,c');
    expect(ids(transaction.tasksOfNode('n2'))).toBe('aa');
    expect(ids(transaction.tasksOfService('service-web'))).toBe('a,aa,c');
    expect(ids(store.tasks())).toBe('a,b,c');
    store.apply(encodeActions(transaction.actions));
    expect(ids(store.tasks())).toBe('a,aa,c');
    expect(ids(store.tasksOfNode('n1'))).toBe('a,c');
    expect(ids(store.tasksOfNode('n2'))).toBe('aa');
    expect(ids(store.tasksOfService('service-web'))).toBe('a,aa,c');
  });

  test('gives all that it writes one version, the commit index it began at, and the time of the leader', () => {
    const store = createStore();
    commit(store, 7, (transaction) => {
      transaction.create('task', sampleTask('a'));
      transaction.create('task', sampleTask('b'));
    });
    const [a, b] = store.tasks();
    expect([a?.Version.Index, b?.Version.Index]).toEqual([7, 7]);
    expect(a?.CreatedAt).toBe('2026-01-01T00:00:00.007Z');
    commit(store, 9, (transaction) => {
      transaction.update('task', sampleTask('a', { NodeID: 'n1' }), 7);
    });
    expect(store.task('a')?.Version.Index).toBe(9);
    expect(store.task('a')?.CreatedAt).toBe('2026-01-01T00:00:00.007Z');
    expect(store.task('a')?.UpdatedAt).toBe('2026-01-01T00:00:00.009Z');
    expect(store.task('b')?.Version.Index).toBe(7);
  });

  test.each<[string, (transaction: Transaction) => unknown, string]>([
    ['creates what exists', (open) => open.create('task', sampleTask('t')), 'exists'],
    [
      'creates a second cluster',
      (open) => open.create('cluster', { ID: 'other' } as never),
      'exists',
    ],
    [
      'creates a service under a name that is taken',
      (open) => open.create('service', { ...sampleService('web'), ID: 'other' }),
      'name-conflict',
    ],
    [
      'gives a service the name of another',
      (open) => {
        open.create('service', sampleService('db'));
        return open.update('service', { ...sampleService('web'), ID: 'service-db' }, undefined);
      },
      'name-conflict',
    ],
    ['updates what is not there', (open) => open.update('task', sampleTask('x'), 1), 'not-found'],
    [
      'updates an older version',
      (open) => open.update('task', sampleTask('t'), 2),
      'out-of-sequence',
    ],
    ['removes what is not there', (open) => open.remove('node', 'x'), 'not-found'],
    [
      'updates what it removed',
      (open) => {
        open.remove('task', 't');
        return open.update('task', sampleTask('t'), undefined);
      },
      'not-found',
    ],
  ])('that %s is refused and changes nothing by it', (_what, run, refusal) => {
    const store = createStore();
    commit(store, 3, (transaction) => {
      transaction.create('cluster', { ID: 'cluster' } as never);
      transaction.create('service', sampleService('web'));
      transaction.create('task', sampleTask('t'));
    });
    const transaction = store.begin({ index: 5, wall });
    const before = (): string => JSON.stringify([transaction.tasks(), transaction.nodes()]);
    const written = transaction.actions.length;
    expect(run(transaction)).toBe(refusal);
    expect(transaction.actions.length - written).toBeLessThan(2);
    expect(before()).toBe(JSON.stringify([transaction.tasks(), transaction.nodes()]));
    expect(transaction.serviceByName('web')?.ID).toBe('service-web');
  });

  test('knows how large its entry will be at most', () => {
    const store = createStore();
    const sizes = (change: (open: Transaction) => void): void => {
      const open = store.begin({ index: 7, wall: 0 });
      change(open);
      const { length } = encodeActions(open.actions);
      expect(open.bytes).toBeGreaterThanOrEqual(length - 50);
      expect(open.bytes).toBeLessThan(length * 1.5 + 100);
      store.apply(encodeActions(open.actions));
    };
    sizes((open) => {
      open.create('node', sampleNode('n1'));
      open.create('service', sampleService('web', { Labels: { long: 'x'.repeat(10_000) } }));
      open.create('task', sampleTask('t1'));
      const before = open.bytes;
      open.create('task', sampleTask('t2'));
      expect(open.bytes).toBeGreaterThan(before);
    });
    sizes((open) => {
      open.update('task', sampleTask('t1', { DesiredState: 'shutdown' }), undefined);
      open.remove('task', 't2');
    });
  });

  test('may give a service a name that it freed itself', () => {
    const store = createStore();
    commit(store, 1, (transaction) => {
      transaction.create('service', sampleService('web'));
    });
    commit(store, 2, (transaction) => {
      transaction.remove('service', 'service-web');
      expect(transaction.serviceByName('web')).toBeUndefined();
      expect(transaction.create('service', { ...sampleService('web'), ID: 'new' })).toBeUndefined();
    });
    expect(store.serviceByName('web')?.ID).toBe('new');
  });

  test('keeps the template of a service where a new spec says the same, so that its tasks are recognised', () => {
    const store = createStore();
    commit(store, 1, (transaction) => {
      transaction.create('service', sampleService('web'));
    });
    const template = store.serviceByName('web')?.Spec.TaskTemplate;
    commit(store, 2, (transaction) => {
      const scaled = sampleService('web', { Mode: { Replicated: { Replicas: 9 } } });
      transaction.update('service', scaled, 1);
    });
    expect(store.serviceByName('web')?.Spec.TaskTemplate).toBe(template);
    expect(store.serviceByName('web')?.Spec.Mode).toEqual({ Replicated: { Replicas: 9 } });
  });

  test('ends what was said of an update when the template changes again', () => {
    const store = createStore();
    const UpdateStatus = { State: 'paused', StartedAt: '', Message: '' } as const;
    commit(store, 1, (transaction) => {
      transaction.create('service', { ...sampleService('web'), UpdateStatus });
    });
    const change = (image: string, index: number): void => {
      commit(store, index, (transaction) => {
        const service = transaction.serviceByName('web');
        if (service === undefined) return;
        const TaskTemplate = { ContainerSpec: { Image: image } };
        const Spec = { ...service.Spec, TaskTemplate };
        transaction.update('service', { ...service, Spec }, undefined);
      });
    };
    change('schism/echo', 2);
    expect(store.serviceByName('web')?.UpdateStatus).toEqual(UpdateStatus);
    change('schism/sleep', 3);
    expect(store.serviceByName('web')?.UpdateStatus).toBeUndefined();
  });
});

describe('the store', () => {
  test('tells watchers each change in the order in which it was written', () => {
    const store = createStore();
    const events = commit(store, 1, (transaction) => {
      transaction.create('task', sampleTask('b'));
      transaction.create('task', sampleTask('a'));
      transaction.update('task', sampleTask('b', { NodeID: 'n' }), undefined);
      transaction.remove('task', 'a');
    });
    expect(events.map((event) => event.op)).toEqual(['create', 'create', 'update', 'remove']);
    const [, , update, removal] = events;
    expect(update).toMatchObject({ old: { NodeID: '' }, object: { NodeID: 'n' } });
    expect(removal).toMatchObject({ old: { ID: 'a' } });
  });

  test('lends lists that do not change in the hands of their readers', () => {
    const store = createStore();
    commit(store, 1, (transaction) => {
      transaction.create('node', sampleNode('n2'));
    });
    const before = store.nodes();
    commit(store, 2, (transaction) => {
      transaction.create('node', sampleNode('n1'));
    });
    expect(before.map(({ ID }) => ID)).toEqual(['n2']);
    expect(store.nodes().map(({ ID }) => ID)).toEqual(['n1', 'n2']);
    expect(store.nodes()).toBe(store.nodes());
  });

  test('freezes what it holds, down to the last part', () => {
    const store = createStore();
    commit(store, 1, (transaction) => {
      transaction.create('service', sampleService('web'));
      transaction.create('task', sampleTask('t'));
    });
    const parts = [
      store.service('service-web')?.Spec.TaskTemplate.ContainerSpec,
      store.task('t')?.Status,
    ];
    expect(parts.every((part) => Object.isFrozen(part))).toBe(true);
  });

  test('is the same after a snapshot, with tasks that share the template of their service', () => {
    const store = createStore();
    commit(store, 1, (transaction) => {
      transaction.create('node', sampleNode('n1'));
      transaction.create('service', sampleService('web'));
      const template = transaction.serviceByName('web')?.Spec.TaskTemplate;
      if (template !== undefined) transaction.create('task', sampleTask('t', { Spec: template }));
      transaction.create('task', sampleTask('u', { Spec: { ContainerSpec: { Image: 'other' } } }));
    });
    const restored = createStore();
    commit(restored, 1, (transaction) => {
      transaction.create('node', sampleNode('forgotten'));
    });
    restored.restore(store.snapshot());
    expect(restored.snapshot()).toEqual(store.snapshot());
    expect(restored.nodes()).toEqual(store.nodes());
    expect(restored.tasks()).toEqual(store.tasks());
    expect(restored.task('t')?.Spec).toBe(restored.serviceByName('web')?.Spec.TaskTemplate);
    expect(restored.tasksOfService('service-web')).toHaveLength(2);
  });

  test('refuses bytes that no transaction made', () => {
    const store = createStore();
    expect(() => store.apply(encodeRubbish())).toThrow('unknown kind');
  });
});

const encodeRubbish = (): Uint8Array =>
  // CBOR: [1, "", [0, 9, {}, 0]]
  Uint8Array.from([0x83, 0x01, 0x60, 0x84, 0x00, 0x09, 0xa0, 0x00]);
