import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { realCipher, realRandom } from './world.ts';

const key = new Uint8Array(32).fill(1);
const nonce = new Uint8Array(12).fill(2);

test('what was sealed opens with the same key and nonce', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 500 }), (plaintext) => {
      const sealed = realCipher.seal(key, nonce, plaintext);
      expect(sealed).toHaveLength(plaintext.length + 16);
      expect(realCipher.open(key, nonce, sealed)).toStrictEqual(new Uint8Array(plaintext));
    }),
  );
});

test('another key, another nonce, a changed or a short text open nothing', () => {
  const sealed = realCipher.seal(key, nonce, new Uint8Array([1, 2, 3]));
  const changed = sealed.map((byte, i) => (i === 1 ? byte ^ 1 : byte));
  expect(realCipher.open(new Uint8Array(32), nonce, sealed)).toBeUndefined();
  expect(realCipher.open(key, new Uint8Array(12), sealed)).toBeUndefined();
  expect(realCipher.open(key, nonce, changed)).toBeUndefined();
  expect(realCipher.open(key, nonce, sealed.subarray(0, 10))).toBeUndefined();
});

test('integers stay below their bound, and bytes are as many as asked for', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1_000_000 }), (below) => {
      const drawn = realRandom.integer('test', below);
      expect(Number.isInteger(drawn) && drawn >= 0 && drawn < below).toBe(true);
    }),
  );
  expect(realRandom.bytes('test', 33)).toHaveLength(33);
  expect(Object.getPrototypeOf(realRandom.bytes('test', 1))).toBe(Uint8Array.prototype);
});
