import type { ToxicKind } from '../toxic.ts';

type Sent = { bytes: number };

/** Lets `bytes` bytes of each connection pass and closes it then. */
export const limitData: ToxicKind = {
  type: 'limit_data',
  goName: 'LimitDataToxic',
  fields: { bytes: 'int64' },
  newState: (): Sent => ({ bytes: 0 }),
  async pipe(flow, { bytes = 0 }, state) {
    const sent = state as Sent;
    for (;;) {
      const got = await flow.next();
      if (got === 'interrupt') return;
      if (got === 'end') {
        flow.close();
        return;
      }
      const data = got.data.subarray(0, Math.max(0, bytes - sent.bytes));
      sent.bytes += data.length;
      const end = data.length > 0 ? await flow.send({ data, at: got.at }) : 'sent';
      if (sent.bytes >= bytes) {
        flow.close();
        return;
      }
      if (end === 'interrupt') return;
    }
  },
};
