/** Chance and a cipher for a world without either: the same seed gives the same draws, and a wrong key opens nothing. */
import type { Cipher, Random } from '../../ports.ts';

const mix = (state: number): number => {
  let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
  return (mixed ^ (mixed >>> 15)) >>> 0;
};

export const chanceOf = (seed: number): Random => {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x9e3779b9) >>> 0;
    return mix(state);
  };
  return {
    integer: (_purpose, below) =>
      below > 2 ** 26 ? (next() * 2 ** 10 + (next() & 1023)) % below : next() % below,
    bytes: (_purpose, length) => Uint8Array.from({ length }, () => next() & 255),
  };
};

const tagBytes = 16;

const checksum = (parts: readonly Uint8Array[]): number => {
  let sum = 0x811c9dc5;
  for (const part of parts) for (const byte of part) sum = Math.imul(sum ^ byte, 0x01000193) >>> 0;
  return sum;
};

/** Hides nothing from a reader with patience; from a search for the plain text it does. */
export const toyCipher: Cipher = {
  seal(key, nonce, plaintext) {
    const sealed = new Uint8Array(plaintext.length + tagBytes);
    const stream = checksum([key, nonce]);
    plaintext.forEach((byte, at) => {
      sealed[at] = byte ^ (mix(stream + at) & 255);
    });
    new DataView(sealed.buffer).setUint32(plaintext.length, checksum([key, nonce, plaintext]));
    return sealed;
  },
  open(key, nonce, sealed) {
    const length = sealed.length - tagBytes;
    if (length < 0) return undefined;
    const stream = checksum([key, nonce]);
    const plaintext = Uint8Array.from(
      sealed.subarray(0, length),
      (byte, at) => byte ^ (mix(stream + at) & 255),
    );
    const tag = new DataView(sealed.buffer, sealed.byteOffset).getUint32(length);
    return tag === checksum([key, nonce, plaintext]) ? plaintext : undefined;
  },
};
