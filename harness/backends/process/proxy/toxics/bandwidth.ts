import type { ToxicKind } from '../toxic.ts';

const pieceMs = 100;

/** At most `rate` kB a second; what is more is cut into what fits into 100 ms. A rate of 0 lets nothing pass. */
export const bandwidth: ToxicKind = {
  type: 'bandwidth',
  goName: 'BandwidthToxic',
  fields: { rate: 'int64' },
  async pipe(flow, attributes) {
    const rate = Math.max(0, attributes.rate ?? 0);
    let owed = 0;
    for (;;) {
      const got = await flow.next();
      if (got === 'interrupt') return;
      if (got === 'end') {
        flow.close();
        return;
      }
      let { data } = got;
      owed = rate === 0 ? 0 : owed + data.length / rate;
      while (data.length > rate * pieceMs) {
        if ((await flow.sleep(pieceMs)) === 'interrupt') {
          await flow.send({ data, at: got.at });
          return;
        }
        if (rate === 0) continue;
        const piece = data.subarray(0, rate * pieceMs);
        data = data.subarray(piece.length);
        owed -= pieceMs;
        if ((await flow.send({ data: piece, at: got.at })) === 'interrupt') {
          await flow.send({ data, at: got.at });
          return;
        }
      }
      const start = performance.now();
      const end = await flow.sleep(owed);
      // Timers are coarse: the error is made up for by the next chunk.
      owed -= performance.now() - start;
      if ((await flow.send({ data, at: got.at })) === 'interrupt' || end === 'interrupt') return;
    }
  },
};
