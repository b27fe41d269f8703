import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { encodeActions } from './actions.ts';
import { digestOf } from './digest.ts';
import { sampleNode, sampleService, sampleTask } from './testing/sample-objects.ts';
import { createStore } from './store.ts';
import type { Store, Transaction } from './types.ts';

const wall = Date.UTC(2026, 0, 1);

const commit = (store: Store, run: (transaction: Transaction) => void, index = 1): Store => {
  const transaction = store.begin({ index, wall });
  run(transaction);
  store.apply(encodeActions(transaction.actions).slice());
  return store;
};

const whole = (transaction: Transaction): void => {
  transaction.create('node', sampleNode('n1', { raftId: 'r1' }));
  transaction.create('service', sampleService('web', { Labels: { a: '1', b: '2' } }));
  transaction.create('task', sampleTask('t1'));
  transaction.create('task', sampleTask('t2', { Slot: 2 }));
};

const digestAfter = (run: (transaction: Transaction) => void, index?: number): string =>
  digestOf(commit(createStore(), run, index)).digest;

describe('the digest of a store', () => {
  test('has 8 hexadecimal digits, also of nothing', () => {
    expect(digestOf(createStore()).digest).toBe('00000000');
    expect(digestAfter(whole)).toMatch(/^[0-9a-f]{8}$/);
  });

  test('does not depend on how the objects came about', () => {
    const before = commit(createStore(), whole);
    const restored = createStore();
    restored.restore(before.snapshot());
    expect(digestOf(restored)).toEqual(digestOf(before));
    const otherOrder = digestAfter((transaction) => {
      transaction.create('task', sampleTask('t2', { Slot: 2 }));
      transaction.create('task', sampleTask('t1'));
      transaction.create('service', sampleService('web', { Labels: { b: '2', a: '1' } }));
      transaction.create('node', sampleNode('n1', { raftId: 'r1' }));
    });
    expect(otherOrder).toBe(digestOf(before).digest);
  });

  test('is that of before once a change is taken back', () => {
    const store = commit(createStore(), whole);
    const before = digestOf(store);
    commit(store, (transaction) => transaction.create('task', sampleTask('t3')), 2);
    const { digest, parts } = digestOf(store);
    expect(digest).not.toBe(before.digest);
    // It says of which kind the difference is.
    expect(parts.task).not.toBe(before.parts.task);
    expect({ ...parts, task: before.parts.task }).toEqual(before.parts);
    commit(store, (transaction) => transaction.remove('task', 't3'), 3);
    expect(digestOf(store)).toEqual(before);
  });

  test.each<[string, (transaction: Transaction) => void]>([
    ['a version', () => undefined],
    ['a missing task', (of) => of.remove('task', 't1')],
    ['one more', (of) => of.create('task', sampleTask('t3'))],
    ['a number', (of) => of.update('task', sampleTask('t1', { Slot: 2 }), undefined)],
    ['a field that is gone', (of) => of.update('node', sampleNode('n1'), undefined)],
    [
      'a field deep inside',
      (of) => of.update('service', sampleService('web', { Labels: { a: '1', b: '3' } }), undefined),
    ],
    [
      'values that changed places',
      (of) => of.update('service', sampleService('web', { Labels: { a: '2', b: '1' } }), undefined),
    ],
  ])('tells %s', (what, change) => {
    const changed = digestAfter(
      (of) => {
        whole(of);
        change(of);
      },
      what === 'a version' ? 2 : 1,
    );
    expect(changed).not.toBe(digestAfter(whole));
  });

  test('tells one JSON value from another, and no order of keys from another', () => {
    const digestWith = (value: fc.JsonValue): string =>
      digestAfter((of) => of.create('service', sampleService('web', { extra: value })));
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 3 }), fc.jsonValue({ maxDepth: 3 }), (a, b) => {
        expect(digestWith(a) === digestWith(b)).toBe(canonical(a) === canonical(b));
        expect(digestWith(JSON.parse(canonical(a)) as fc.JsonValue)).toBe(digestWith(a));
      }),
      { numRuns: 200 },
    );
  });
});

/** JSON with its keys in order. */
const canonical = (value: fc.JsonValue): string =>
  JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
