import { describe, expect, test } from '@jest/globals';
import type { ServiceObject } from '../store/objects.ts';
import { sampleService } from '../store/testing/sample-objects.ts';
import { stamp } from '../store/stamp.ts';
import { OwnWrites } from './own-writes.ts';

const at = '2026-01-01T00:00:00.000Z';
const service = (name: string, index: number, replicas = 1): ServiceObject =>
  stamp('service', sampleService(name, { Mode: { Replicated: { Replicas: replicas } } }), {
    Version: { Index: index },
    CreatedAt: at,
    UpdatedAt: at,
  });

describe('what the loops wrote', () => {
  test('is known again by its value, once', () => {
    const own = new OwnWrites();
    own.add(service('web', 7));
    expect(own.take(service('web', 7))).toBe(true);
    expect(own.take(service('web', 7))).toBe(false);
  });

  test('is known in the order of writing, where one object was written twice', () => {
    const own = new OwnWrites();
    own.add(service('web', 7, 1));
    own.add(service('web', 7, 2));
    expect(own.take(service('web', 7, 2))).toBe(false);
    expect(own.take(service('web', 7, 1))).toBe(true);
    expect(own.take(service('web', 7, 2))).toBe(true);
  });

  test('is not what somebody else wrote to the same object', () => {
    const own = new OwnWrites();
    own.add(service('web', 7, 1));
    expect(own.take(service('web', 7, 3))).toBe(false);
    expect(own.take(service('db', 7, 1))).toBe(false);
  });

  test('is forgotten where it was refused and a later version came', () => {
    const own = new OwnWrites();
    own.add(service('web', 7, 1));
    own.add(service('web', 9, 2));
    expect(own.take(service('web', 8, 1))).toBe(false);
    expect(own.take(service('web', 9, 2))).toBe(true);
  });

  test('is forgotten when everything is looked at anew', () => {
    const own = new OwnWrites();
    own.add(service('web', 7));
    own.clear();
    expect(own.take(service('web', 7))).toBe(false);
  });
});
