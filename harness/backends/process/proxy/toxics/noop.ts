import type { Flow } from '../stage.ts';
import type { ToxicKind } from '../toxic.ts';

export const letPass = async (flow: Flow): Promise<void> => {
  for (;;) {
    const got = await flow.next();
    if (got === 'interrupt') return;
    if (got === 'end') {
      flow.close();
      return;
    }
    if ((await flow.send(got)) === 'interrupt') return;
  }
};

/** Lets everything pass. The first place of every chain, and a type of its own in Toxiproxy too. */
export const noop: ToxicKind = { type: 'noop', goName: 'NoopToxic', fields: {}, pipe: letPass };
