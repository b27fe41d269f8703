/** Seeded chance for trials (sfc32). */

export type Dice = {
  /** An integer of [0, below). */
  below(below: number): number;
  /** An integer of [from, to]. */
  between(from: number, to: number): number;
  chance(probability: number): boolean;
  pick<T>(items: readonly T[]): T | undefined;
};

export const createDice = (seed: number): Dice => {
  let [a, b, c, count] = [seed | 0, (seed ^ 0x9e3779b9) | 0, 0x243f6a88, 1];
  const draw = (): number => {
    const sum = (((a + b) | 0) + count) | 0;
    count = (count + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return (sum >>> 0) / 0x1_0000_0000;
  };
  for (let turn = 0; turn < 12; turn += 1) draw();
  const below = (limit: number): number => Math.floor(draw() * limit);
  return {
    below,
    between: (from, to) => from + below(to - from + 1),
    chance: (probability) => draw() < probability,
    pick: (items) => items[below(items.length)],
  };
};
