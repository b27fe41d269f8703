import type { ToxicKind } from '../toxic.ts';

/** Bytes pass; the end of the connection comes `delay` ms late. */
export const slowClose: ToxicKind = {
  type: 'slow_close',
  goName: 'SlowCloseToxic',
  fields: { delay: 'int64' },
  async pipe(flow, { delay = 0 }) {
    for (;;) {
      const got = await flow.next();
      if (got === 'interrupt') return;
      if (got === 'end') {
        if ((await flow.sleep(delay)) === 'time') flow.close();
        return;
      }
      if ((await flow.send(got)) === 'interrupt') return;
    }
  },
};
