/** Mixing of 32-bit integers: the same on every engine and machine. */

/** Spreads every bit of `value` over all of them (the finisher of MurmurHash3). */
export const scatter = (value: number): number => {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
};

/** A 32-bit hash of a text's UTF-16 units; different seeds give unrelated hashes. */
export const hashText = (text: string, seed: number): number => {
  let h = seed ^ 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) {
    h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
    h ^= h >>> 15;
  }
  return scatter(h ^ text.length);
};

/** The two 32-bit halves of a number of up to 53 bits. */
export const lowWord = (value: number): number => value | 0;
export const highWord = (value: number): number => Math.floor(value / 0x1_0000_0000) | 0;
