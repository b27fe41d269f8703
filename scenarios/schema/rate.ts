const rate = /^(\d+(?:\.\d+)?) ?\/ ?s$/;

/** `50/s`: so many a second. `undefined` where it is none. */
export const parseRate = (text: string): number | undefined => {
  const [, amount] = rate.exec(text) ?? [];
  return amount === undefined ? undefined : Number(amount);
};
