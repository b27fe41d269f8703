export type Digits = (below: number) => number;

/**
 * Splits one drawn integer into several small ones that do not depend on each other: each call takes the next digit, in base `below`.
 * Their bases multiplied are at most what the integer was drawn from.
 */
export const digits = (draw: number): Digits => {
  let rest = draw;
  return (below) => {
    const digit = rest % below;
    rest = Math.floor(rest / below);
    return digit;
  };
};
