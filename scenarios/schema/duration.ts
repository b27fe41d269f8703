import type { Ms } from '../../harness/core/cluster.ts';

const msOf = { ms: 1, s: 1_000, min: 60_000 } as const;

const duration = /^(\d+(?:\.\d+)?) ?(ms|s|min)$/;
const rate = /^(\d+(?:\.\d+)?) ?\/ ?s$/;

/** `200ms`, `1.5s`, `2min`. `undefined` where it is none of them. */
export const parseDuration = (text: string): Ms | undefined => {
  const [, amount, unit] = duration.exec(text) ?? [];
  return amount === undefined ? undefined : Number(amount) * msOf[unit as keyof typeof msOf];
};

/** `50/s`: so many a second. `undefined` where it is none. */
export const parseRate = (text: string): number | undefined => {
  const [, amount] = rate.exec(text) ?? [];
  return amount === undefined ? undefined : Number(amount);
};
