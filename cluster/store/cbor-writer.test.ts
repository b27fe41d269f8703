import { expect, test } from '@jest/globals';
import { Decoder } from 'cbor-x';
import fc from 'fast-check';
import { CborWriter } from './cbor-writer.ts';

const decoder = new Decoder({ useRecords: false, mapsAsObjects: true });
const readBack = (value: unknown): unknown => decoder.decode(new CborWriter().encode(value));

test.each([
  ['counts of every width', [0, 23, 24, 255, 256, 65_535, 65_536, 4_294_967_295]],
  ['negative numbers', [-1, -24, -25, -256, -257, -65_537, -4_294_967_296]],
  ['numbers that need all bits', [0.5, -1.25, 4_294_967_296, 2 ** 53 - 1, 1e300, Infinity]],
  ['words', [true, false, null, undefined]],
  ['texts', ['', 'a', 'x'.repeat(24), 'x'.repeat(300), 'ä', '€uro', '😀', `${'x'.repeat(23)}ä`]],
  ['nested values', [{ a: [{ b: {} }, []], 'a key that is longer than most': { c: null } }]],
])('%s are read back by a general decoder', (_what, values) => {
  expect(readBack(values)).toStrictEqual(values);
});

test('any plain value is read back', () => {
  // The decoder renames a key called `__proto__`; the API refuses it, so the log never carries one.
  const value = fc
    .jsonValue({ maxDepth: 4 })
    .filter((plain) => !JSON.stringify(plain).includes('"__proto__"'));
  fc.assert(
    fc.property(value, (plain) => {
      expect(readBack({ plain })).toStrictEqual({ plain: withoutNegativeZero(plain) });
    }),
  );
});

test('half a character becomes the replacement character', () => {
  expect(readBack('a\ud800')).toBe('a\ufffd');
});

test('what was written before stays as it is', () => {
  const writer = new CborWriter();
  const values = Array.from({ length: 3_000 }, (_, at) => ({ at, text: 'x'.repeat(at % 97) }));
  const written = values.map((value) => writer.encode(value));
  expect(written.map((bytes) => decoder.decode(bytes) as unknown)).toStrictEqual(values);
});

test('a value that is larger than a buffer is written whole', () => {
  const value = { text: 'y'.repeat(200_000), list: Array.from({ length: 40_000 }, (_, i) => i) };
  expect(readBack(value)).toStrictEqual(value);
});

test('what is no plain value is refused', () => {
  expect(() => new CborWriter().encode({ run: () => 1 })).toThrow(
    'a function cannot be written to the log',
  );
});

const withoutNegativeZero = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value)) as unknown;
