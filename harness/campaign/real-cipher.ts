import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from 'node:crypto';
import type { Cipher } from '../backends/sim/program.ts';

const algorithm = 'aes-256-gcm';
const tagLength = 16;

const prepared = new WeakMap<Uint8Array, KeyObject>();

/** Node prepares a key that it is given as bytes for every use, which costs more than to seal with it. Nobody changes a key in place. */
const keyOf = (bytes: Uint8Array): KeyObject => {
  const known = prepared.get(bytes);
  if (known !== undefined) return known;
  const key = createSecretKey(bytes);
  prepared.set(bytes, key);
  return key;
};

/** AES-256-GCM, which the simulator cannot bring itself; a sampled share of its runs uses it. */
export const realCipher: Cipher = {
  seal(key, nonce, plaintext) {
    const cipher = createCipheriv(algorithm, keyOf(key), nonce);
    const sealed = new Uint8Array(plaintext.length + tagLength);
    sealed.set(cipher.update(plaintext));
    cipher.final();
    sealed.set(cipher.getAuthTag(), plaintext.length);
    return sealed;
  },
  open(key, nonce, sealed) {
    const length = sealed.length - tagLength;
    if (length < 0) return undefined;
    const decipher = createDecipheriv(algorithm, keyOf(key), nonce);
    decipher.setAuthTag(sealed.subarray(length));
    const plaintext = decipher.update(sealed.subarray(0, length));
    try {
      decipher.final();
    } catch {
      return undefined;
    }
    return new Uint8Array(plaintext);
  },
};
