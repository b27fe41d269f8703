/** A keyed toy cipher for trials: it rejects a wrong key and a changed text, and throws where a nonce is used twice under one key. */
import type { Cipher } from '../../ports.ts';

const tagBytes = 16;

const hashInto = (start: number, bytes: Uint8Array): number => {
  let hash = start;
  // An iterator would take most of the time of a trial.
  let at = 0;
  while (at < bytes.length) {
    hash = Math.imul(hash ^ (bytes[at] ?? 0), 0x01000193) ^ (hash >>> 15);
    at += 1;
  }
  return hash;
};

const streamOver = (key: Uint8Array, nonce: Uint8Array, text: Uint8Array): Uint8Array => {
  let state = hashInto(hashInto(0x811c9dc5, key), nonce);
  const out = new Uint8Array(text);
  for (let at = 0; at < out.length; at += 1) {
    state = Math.imul(state ^ (state >>> 13), 0x5bd1e995) + 0x9e3779b9;
    out[at] = (out[at] ?? 0) ^ (state >>> 24);
  }
  return out;
};

const tagOf = (key: Uint8Array, nonce: Uint8Array, sealed: Uint8Array): Uint8Array => {
  let state = hashInto(hashInto(hashInto(0x2545f491, key), nonce), sealed);
  const tag = new Uint8Array(tagBytes);
  for (let at = 0; at < tagBytes; at += 1) {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 1;
    tag[at] = state >>> 24;
  }
  return tag;
};

export const createToyCipher = (): Cipher => {
  const used = new Set<string>();
  return {
    seal(key, nonce, plaintext) {
      const use = `${hashInto(0, key)}/${nonce.join()}`;
      if (used.has(use)) throw new Error('a nonce is used twice under one key');
      used.add(use);
      const text = streamOver(key, nonce, plaintext);
      const sealed = new Uint8Array(text.length + tagBytes);
      sealed.set(text);
      sealed.set(tagOf(key, nonce, text), text.length);
      return sealed;
    },
    open(key, nonce, sealed) {
      if (sealed.length < tagBytes) return undefined;
      const text = sealed.subarray(0, sealed.length - tagBytes);
      const tag = tagOf(key, nonce, text);
      for (let at = 0; at < tagBytes; at += 1)
        if (sealed[text.length + at] !== tag[at]) return undefined;
      return streamOver(key, nonce, text);
    },
  };
};
