import type { Ms } from '../../core/cluster.ts';
import { beforeDeadline } from '../live/deadline.ts';
import type { LinkProxy } from '../live/links.ts';
import type { Address } from '../live/target.ts';
import type { ToxiproxyControl } from '../live/toxiproxy/control.ts';
import { countOf } from '../live/toxiproxy/counters.ts';
import { reach } from './ports.ts';

const probeWithinMs: Ms = 2_000;

/** A connection through the link that the proxy could connect on to its upstream, as its counters show. */
export const probe = (
  control: ToxiproxyControl,
  { link, listen }: { readonly link: LinkProxy; readonly listen: Address },
): Promise<void> =>
  beforeDeadline(
    {
      place: `link ${link.name}`,
      doing: 'reaching the node through it',
      withinMs: probeWithinMs,
      nextStep: `see what ${link.link.to} does`,
    },
    async (signal) => {
      const connected = async (): Promise<number> =>
        countOf(await control.counters(), link.name).connections?.connected ?? 0;
      const before = await connected();
      const connection = await reach(listen, signal);
      try {
        // The proxy lets us in first and dials then; where nobody listens, it closes on us.
        while ((await connected()) === before)
          if (connection.closed || signal.aborted) throw new Error('nobody listens at its end');
      } finally {
        connection[Symbol.dispose]();
      }
    },
  );
