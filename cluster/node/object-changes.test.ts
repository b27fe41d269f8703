import { describe, expect, test } from '@jest/globals';
import type { ServiceObject, ServiceSpec, UpdateStatus } from '../store/objects.ts';
import { sampleTask } from '../store/testing/sample-objects.ts';
import { noteChanges } from './object-changes.ts';
import type { ServiceChange } from './observation.ts';

const spec = (given: Partial<ServiceSpec> = {}): ServiceSpec => ({
  Name: 'web',
  TaskTemplate: { ContainerSpec: { Image: 'schism/sleep' } },
  ...given,
});

const object = (Spec: ServiceSpec, State?: UpdateStatus['State']): ServiceObject => ({
  ID: 'web',
  Version: { Index: 7 },
  CreatedAt: '2026-01-01T00:00:00Z',
  UpdatedAt: '2026-01-01T00:00:00Z',
  Spec,
  ...(State !== undefined && { UpdateStatus: { State, StartedAt: '', Message: '' } }),
});

const told = (now: ServiceObject, before = object(spec())): ServiceChange | undefined =>
  noteChanges([{ kind: 'service', op: 'update', object: now, old: before }], undefined, 500)
    ?.services?.[0];

describe('of a service is told', () => {
  test('whether its tasks are to be others, which its name, labels and number do not say', () => {
    expect(told(object(spec({ Labels: { mark: '2' } })))?.remade).toBe(false);
    expect(told(object(spec({ Mode: { Replicated: { Replicas: 3 } } })))).toMatchObject({
      remade: false,
      replicas: 3,
    });
    const Image = 'schism/echo';
    expect(told(object(spec({ TaskTemplate: { ContainerSpec: { Image } } })))?.remade).toBe(true);
  });

  test.each<[string, Partial<ServiceSpec>, UpdateStatus['State'] | undefined, object]>([
    [
      'nothing',
      {},
      undefined,
      { parallelism: 1, delayMs: 0, startFirst: false, bearsFailures: false },
    ],
    [
      'all of it',
      {
        UpdateConfig: {
          Parallelism: 2,
          Delay: 1_500_000_000,
          Order: 'start-first',
          FailureAction: 'continue',
        },
      },
      'updating',
      { state: 'updating', parallelism: 2, delayMs: 1_500, startFirst: true, bearsFailures: true },
    ],
    [
      'no parallelism, which is all at once',
      { UpdateConfig: { Order: 'stop-first' } },
      'paused',
      { state: 'paused', parallelism: 0, delayMs: 0, startFirst: false, bearsFailures: false },
    ],
    [
      'how a rollback goes',
      { UpdateConfig: { Parallelism: 2 }, RollbackConfig: { Parallelism: 3, Delay: 1_000_000 } },
      'rollback_started',
      {
        state: 'rollback_started',
        parallelism: 3,
        delayMs: 1,
        startFirst: false,
        bearsFailures: false,
      },
    ],
  ])('how it is updated where its spec says %s', (_, given, state, update) => {
    expect(told(object(spec(given), state))?.update).toEqual({ state: undefined, ...update });
  });
});

test('of a task is told whether it was made just now', () => {
  const time = '2026-01-01T00:00:00Z';
  const made = { ...sampleTask('t1'), Version: { Index: 7 }, CreatedAt: time, UpdatedAt: time };
  const later = { ...made, DesiredState: 'shutdown' as const };
  const changes = noteChanges(
    [
      { kind: 'task', op: 'create', object: made },
      { kind: 'task', op: 'update', object: later, old: made },
      { kind: 'task', op: 'remove', old: later },
    ],
    undefined,
    500,
  );
  expect(changes?.tasks.map(({ created, removed }) => [created, removed])).toEqual([
    [true, false],
    [false, false],
    [false, true],
  ]);
});
