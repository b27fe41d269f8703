import { expect, test } from '@jest/globals';
import { guarantees, properties } from './index.ts';

test('every property is found under its own name, and states its guarantee and its source', () => {
  expect(properties.size).toBeGreaterThanOrEqual(guarantees.length);
  for (const [name, property] of properties) {
    expect(property.name).toBe(name);
    expect(property.guarantee.length).toBeGreaterThan(20);
    expect(property.source.length).toBeGreaterThan(10);
  }
});
