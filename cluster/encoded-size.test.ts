import { expect, test } from '@jest/globals';
import { Encoder } from 'cbor-x';
import fc from 'fast-check';
import { encodedSize } from './encoded-size.ts';

const cbor = new Encoder({ useRecords: false, tagUint8Array: false });

const values = fc.anything({
  key: fc.string({ unit: 'binary' }).filter((key) => key !== '__proto__'),
  values: [
    fc.string({ unit: 'grapheme' }),
    fc.string({ unit: 'binary' }),
    fc.double(),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.constant(undefined),
    fc.uint8Array(),
  ],
});

test('a value never takes more than what is said of it', () => {
  fc.assert(
    fc.property(values, (value) => {
      expect(encodedSize(value)).toBeGreaterThanOrEqual(cbor.encode(value).length);
    }),
  );
});

test.each([
  ['a long text', 'x'.repeat(100_000)],
  ['a long text of other letters', 'ж'.repeat(100_000)],
  ['long bytes', new Uint8Array(100_000)],
])('%s takes hardly less than what is said of it', (_what, value) => {
  expect(encodedSize([value]) - cbor.encode([value]).length).toBeLessThan(20);
});
