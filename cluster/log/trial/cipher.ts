/** A keyed toy cipher for trials: it rejects a wrong key and a changed text, and throws where a nonce is used twice under one key. */
import type { Cipher } from '../../ports.ts';

const tagBytes = 16;

const hashInto = (start: number, bytes: Uint8Array): number => {
  let hash = start;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193) ^ (hash >>> 15);
  return hash;
};

const streamOver = (key: Uint8Array, nonce: Uint8Array, text: Uint8Array): Uint8Array => {
  let state = hashInto(hashInto(0x811c9dc5, key), nonce);
  return text.map((byte) => {
    state = Math.imul(state ^ (state >>> 13), 0x5bd1e995) + 0x9e3779b9;
    return byte ^ (state >>> 24);
  });
};

const tagOf = (key: Uint8Array, nonce: Uint8Array, sealed: Uint8Array): Uint8Array => {
  let state = hashInto(hashInto(hashInto(0x2545f491, key), nonce), sealed);
  return Uint8Array.from({ length: tagBytes }, () => {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 1;
    return state >>> 24;
  });
};

export const createToyCipher = (): Cipher => {
  const used = new Set<string>();
  return {
    seal(key, nonce, plaintext) {
      const use = `${key.join()}/${nonce.join()}`;
      if (used.has(use)) throw new Error('a nonce is used twice under one key');
      used.add(use);
      const text = streamOver(key, nonce, plaintext);
      const sealed = new Uint8Array(text.length + tagBytes);
      sealed.set(text);
      sealed.set(tagOf(key, nonce, text), text.length);
      return sealed;
    },
    open(key, nonce, sealed) {
      const text = sealed.subarray(0, sealed.length - tagBytes);
      const tag = tagOf(key, nonce, text);
      if (sealed.length < tagBytes || tag.some((byte, at) => sealed[text.length + at] !== byte))
        return undefined;
      return streamOver(key, nonce, text);
    },
  };
};
