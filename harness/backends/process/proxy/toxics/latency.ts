import type { ToxicKind } from '../toxic.ts';

/** Every chunk leaves `latency` ± `jitter` ms after it came, in order. */
export const latency: ToxicKind = {
  type: 'latency',
  goName: 'LatencyToxic',
  fields: { latency: 'int64', jitter: 'int64' },
  capacity: 1_024,
  async pipe(flow, attributes) {
    const { latency: base = 0, jitter = 0 } = attributes;
    for (;;) {
      const got = await flow.next();
      if (got === 'interrupt') return;
      if (got === 'end') {
        flow.close();
        return;
      }
      const delay = base + (jitter > 0 ? Math.floor(Math.random() * jitter * 2) - jitter : 0);
      const wait = got.at + delay - performance.now();
      // Interrupted, the chunk leaves at once; otherwise the next latency of the chain counts from here.
      const end = await flow.sleep(wait);
      const at = end === 'time' ? got.at + wait : got.at;
      if ((await flow.send({ data: got.data, at })) === 'interrupt' || end === 'interrupt') return;
    }
  },
};
