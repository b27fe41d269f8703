import type { ToxicKind } from '../toxic.ts';

/** Ends the connection `timeout` ms after the first bytes (or the end) came, which are dropped. Nothing interrupts that wait. */
export const resetPeer: ToxicKind = {
  type: 'reset_peer',
  goName: 'ResetToxic',
  fields: { timeout: 'int64' },
  resets: true,
  async pipe(flow, attributes) {
    const { timeout = 0 } = attributes;
    if ((await flow.next()) === 'interrupt') return;
    if (timeout > 0) await new Promise((resolve) => setTimeout(resolve, timeout));
    flow.close();
  },
};
