import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Json } from '../../harness/core/json.ts';
import { pack } from './pack.ts';
import { unpack } from './unpack.ts';

const plain = fc
  .jsonValue({ maxDepth: 4 })
  .map((value) => JSON.parse(JSON.stringify(value)) as Json);

test('what is packed comes back the same', () => {
  fc.assert(
    fc.property(plain, (value) => {
      expect(unpack(JSON.parse(JSON.stringify(pack(value))) as Json)).toEqual(value);
    }),
  );
});

test('a key that is called __proto__ is a key like any other', () => {
  const odd = JSON.parse('{"__proto__":{"x":1},"a":[1]}') as Json;
  for (const value of [odd, Array.from({ length: 9 }, () => odd)]) {
    const back = unpack(JSON.parse(JSON.stringify(pack(value))) as Json);
    expect(JSON.stringify(back)).toBe(JSON.stringify(value));
  }
});

test('lists of records come back the same, in their order, whatever keys each of them has', () => {
  const record = fc.record(
    {
      at: fc.integer({ min: 0, max: 1e6 }).map((us) => us / 1000),
      kind: fc.constantFrom('role', 'commit'),
      more: plain,
    },
    { requiredKeys: ['at'] },
  );
  fc.assert(
    fc.property(fc.array(record, { minLength: 8, maxLength: 40 }), (records) => {
      const value = JSON.parse(JSON.stringify(records)) as Json;
      expect(unpack(JSON.parse(JSON.stringify(pack(value))) as Json)).toEqual(value);
    }),
  );
});

test('packed records are far shorter than their JSON', () => {
  const records = Array.from({ length: 1000 }, (_, index) => ({
    at: index * 1.5,
    node: `m${(index % 3) + 1}`,
    kind: 'commit',
    index,
  }));
  expect(JSON.stringify(pack(records)).length).toBeLessThan(JSON.stringify(records).length / 3);
});

test.each([[[1]], [{ x: 1 }], [{ t: [0], s: [] }], [{ l: 3 }]])(
  'a damaged document %j says so',
  (damaged) => {
    expect(() => unpack(damaged as Json)).toThrow(/damaged/);
  },
);
