import { describe, expect, test } from '@jest/globals';
import { createFastCipher, watchNonces } from './cipher.ts';
import { hashChoices } from './hash-choices.ts';
import { randomFrom } from './chance.ts';
import { findCanaries } from './scan.ts';

const random = randomFrom(hashChoices(3, 3), 'cipher');
const bytes = (length: number) => random.bytes('bytes', length);
const key = bytes(32);

describe('the fast cipher', () => {
  test.each([0, 1, 2, 3, 4, 5, 16, 17, 255, 4_096, 100_000])(
    'opens what it sealed, of %i bytes, which is 16 bytes longer',
    (length) => {
      const cipher = createFastCipher();
      const plaintext = bytes(length);
      const nonce = bytes(12);
      const sealed = cipher.seal(key, nonce, plaintext);
      expect(sealed.length).toBe(length + 16);
      expect(cipher.open(key, nonce, sealed)).toEqual(plaintext);
    },
  );

  test('refuses another key, another nonce and any changed byte', () => {
    const cipher = createFastCipher();
    const nonce = bytes(12);
    const sealed = cipher.seal(key, nonce, bytes(50));
    expect(cipher.open(bytes(32), nonce, sealed)).toBeUndefined();
    expect(cipher.open(key, bytes(12), sealed)).toBeUndefined();
    for (let at = 0; at < sealed.length; at += 1) {
      const changed = Uint8Array.from(sealed, (byte, i) => (i === at ? byte ^ 4 : byte));
      expect(cipher.open(key, nonce, changed)).toBeUndefined();
    }
    expect(cipher.open(key, nonce, sealed.subarray(0, 15))).toBeUndefined();
    expect(cipher.open(key, nonce, sealed.subarray(0, 40))).toBeUndefined();
  });

  test('results do not share bytes, and what it is given stays as it was', () => {
    const cipher = createFastCipher();
    const plaintext = bytes(21);
    const before = Uint8Array.from(plaintext);
    const sealed = Array.from({ length: 200 }, () => {
      const nonce = bytes(12);
      return { nonce, text: cipher.seal(key, nonce, plaintext) };
    });
    expect(plaintext).toEqual(before);
    for (const { nonce, text } of sealed) expect(cipher.open(key, nonce, text)).toEqual(plaintext);
  });

  test('plaintext does not stand in what it seals', () => {
    const cipher = createFastCipher();
    const canary = Uint8Array.from('a-secret-name', (letter) => letter.charCodeAt(0));
    const plaintext = new Uint8Array(canary.length * 50);
    for (let i = 0; i < 50; i += 1) plaintext.set(canary, i * canary.length);
    const sealed = cipher.seal(key, bytes(12), plaintext);
    const look = (content: Uint8Array) =>
      findCanaries(new Map([['file', content]]), [{ name: 'c', bytes: canary }]).length;
    expect([look(plaintext), look(sealed)]).toEqual([50, 0]);
    // No four bytes of it either, where the key repeats nothing.
    const words = new Set(
      Array.from({ length: 160 }, (_, i) => sealed.subarray(i * 4, i * 4 + 4).join()),
    );
    expect(words.size).toBeGreaterThan(155);
  });
});

describe('the watch over nonces', () => {
  test('a nonce used again under the same key throws, under another key it does not', () => {
    const cipher = watchNonces(createFastCipher());
    const nonce = bytes(12);
    cipher.seal(key, nonce, bytes(4));
    cipher.seal(bytes(32), nonce, bytes(4));
    expect(() => cipher.seal(key, Uint8Array.from(nonce), bytes(4))).toThrow('used again');
  });

  test('thousands of different nonces pass', () => {
    const cipher = watchNonces(createFastCipher());
    const nonce = new Uint8Array(12);
    for (let count = 0; count < 20_000; count += 1) {
      nonce[10] = count >> 8;
      nonce[11] = count;
      cipher.seal(key, nonce, new Uint8Array(1));
    }
    expect(() => cipher.seal(key, nonce, new Uint8Array(1))).toThrow('used again');
  });
});
