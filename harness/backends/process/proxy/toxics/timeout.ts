import type { ToxicKind } from '../toxic.ts';

/** Drops everything, and closes the connection once nothing came for `timeout` ms; never where that is 0. */
export const timeout: ToxicKind = {
  type: 'timeout',
  goName: 'TimeoutToxic',
  fields: { timeout: 'int64' },
  closesOnRemoval: true,
  async pipe(flow, attributes) {
    const { timeout: ms = 0 } = attributes;
    for (;;) {
      const got = await flow.nextWithin(ms > 0 ? ms : Infinity);
      if (got === 'interrupt') return;
      if (got === 'end' || got === 'time') {
        flow.close();
        return;
      }
    }
  },
};
