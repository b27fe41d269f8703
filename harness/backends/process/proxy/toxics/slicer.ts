import type { ToxicKind } from '../toxic.ts';

/** Cuts chunks into pieces of about `average_size` ± `size_variation` bytes, `delay` µs apart. */
export const slicer: ToxicKind = {
  type: 'slicer',
  goName: 'SlicerToxic',
  fields: { average_size: 'int', size_variation: 'int', delay: 'int' },
  async pipe(flow, attributes) {
    // A size of 0 would never come to an end.
    const size = Math.max(1, attributes.average_size ?? 0);
    const variation = Math.max(0, attributes.size_variation ?? 0);
    const delayMs = (attributes.delay ?? 0) / 1_000;
    for (;;) {
      const got = await flow.next();
      if (got === 'interrupt') return;
      if (got === 'end') {
        flow.close();
        return;
      }
      let from = 0;
      for (const to of slices({ from: 0, to: got.data.length }, { size, variation })) {
        const sent = await flow.send({ data: got.data.subarray(from, to), at: got.at });
        from = to;
        if (sent === 'interrupt' || (await flow.sleep(delayMs)) === 'interrupt') {
          if (from < got.data.length)
            await flow.send({ data: got.data.subarray(from), at: got.at });
          return;
        }
      }
    }
  },
};

type Range = { readonly from: number; readonly to: number };

/** Where the pieces end. Halved, more or less, until a piece is small enough, so no end of the chunk is favoured. */
export const slices = (
  { from, to }: Range,
  by: { readonly size: number; readonly variation: number },
): readonly number[] => {
  if (to - from - by.size <= by.variation || to - from < 2) return [to];
  const vary = by.variation > 0 ? Math.floor(Math.random() * by.variation * 2) - by.variation : 0;
  const middle = Math.min(to - 1, Math.max(from + 1, from + Math.floor((to - from) / 2) + vary));
  return [...slices({ from, to: middle }, by), ...slices({ from: middle, to }, by)];
};
