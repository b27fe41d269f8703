/** Steps of hashes that need not withstand an adversary: quick, and the same on every machine. */

/** Takes one more word in. */
export const mix = (hash: number, word: number): number => {
  const product = Math.imul(hash ^ word, 0x85ebca6b);
  return product ^ (product >>> 13);
};

/** Spreads every bit over the whole word. */
export const scatter = (word: number): number => {
  let hash = Math.imul(word ^ (word >>> 16), 0x21f0aaad);
  hash = Math.imul(hash ^ (hash >>> 15), 0x735a2d97);
  return hash ^ (hash >>> 15);
};
