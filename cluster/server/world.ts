/** The real world's chance, cipher and clock. */
import { createCipheriv, createDecipheriv, randomFillSync, randomInt } from 'node:crypto';
import type { Cipher, Instant, Random } from '../ports.ts';

export type Clock = { now(): Instant };

export const realClock: Clock = {
  now: () => ({ mono: performance.now(), wall: Date.now() }),
};

export const realRandom: Random = {
  integer: (_purpose, below) => randomInt(below),
  bytes: (_purpose, length) => randomFillSync(new Uint8Array(length)),
};

const tagBytes = 16;

/** AES-256-GCM. */
export const realCipher: Cipher = {
  seal(key, nonce, plaintext) {
    const cipher = createCipheriv('aes-256-gcm', key, nonce);
    const sealed = new Uint8Array(plaintext.length + tagBytes);
    sealed.set(cipher.update(plaintext));
    cipher.final();
    sealed.set(cipher.getAuthTag(), plaintext.length);
    return sealed;
  },
  open(key, nonce, sealed) {
    if (sealed.length < tagBytes) return undefined;
    const decipher = createDecipheriv('aes-256-gcm', key, nonce);
    decipher.setAuthTag(sealed.subarray(sealed.length - tagBytes));
    const plaintext = decipher.update(sealed.subarray(0, sealed.length - tagBytes));
    try {
      decipher.final();
    } catch {
      return undefined;
    }
    return new Uint8Array(plaintext);
  },
};
