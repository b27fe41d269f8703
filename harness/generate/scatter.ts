/** Spreads the bits of an integer over 32 bits: neighbours become strangers, and no two become one. */
export const scatter = (value: number): number => {
  let bits = value | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
};

/** An integer that depends on both, and on their order. */
export const scatterBoth = (first: number, second: number): number =>
  scatter(scatter(first) ^ Math.imul(second, 0x9e3779b1));
