import type { Ms } from '../../core/cluster.ts';
import { beforeDeadline } from '../live/deadline.ts';
import type { LinkProxy } from '../live/links.ts';
import { PatientHttp } from '../live/toxiproxy/http.ts';

const probeWithinMs: Ms = 3_000;

/** A connection through the link that reaches the node at its end, as the embedded proxy sees it. Rejects where none does in time. */
export const probing = (url: string): ((link: LinkProxy) => Promise<void>) => {
  const http = new PatientHttp(probeWithinMs);
  return (link) =>
    beforeDeadline(
      {
        place: `link ${link.name}`,
        doing: 'reaching the node through it',
        withinMs: probeWithinMs,
        nextStep: `see what ${link.link.to} does`,
      },
      async () => {
        await http.post(`${url}/schism/probe/${link.name}`);
      },
    );
};
