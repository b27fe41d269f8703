import { connect } from 'node:net';
import { clientSide } from '../../core/cluster.ts';
import { beforeDeadline } from '../live/deadline.ts';
import type { LinkProxy } from '../live/links.ts';
import type { Address } from '../live/target.ts';
import type { ToxiproxyControl } from '../live/toxiproxy/control.ts';

/** A way into Toxiproxy for probes: a port inside, and where it is published. */
export type ProbeDoor = { readonly inside: number; readonly published: Address };

const heldMs = 60;
const probeWithinMs = 3_000;

/**
 * Leads a connection of ours through a door of Toxiproxy into the link that is probed. Where nobody listens at the link's end, Toxiproxy
 * closes it at once; a connection that is held, or says something, has reached the node. One probe at a time through each door.
 */
export const probing = (
  control: ToxiproxyControl,
  doors: readonly ProbeDoor[],
): ((proxy: LinkProxy, listen: Address) => Promise<void>) => {
  const lanes = doors.map((door) => new Lane(control, door));
  return (proxy, listen) => {
    const lane = lanes.reduce((a, b) => (b.waiting < a.waiting ? b : a));
    const upstream =
      proxy.link.from === clientSide ? listen.replace('0.0.0.0', '127.0.0.1') : listen;
    return lane.probe(proxy.name, upstream);
  };
};

class Lane {
  readonly #control: ToxiproxyControl;
  readonly #door: ProbeDoor;
  #queue: Promise<unknown> = Promise.resolve();
  #created = false;
  waiting = 0;

  constructor(control: ToxiproxyControl, door: ProbeDoor) {
    this.#control = control;
    this.#door = door;
  }

  probe(link: string, upstream: Address): Promise<void> {
    this.waiting += 1;
    const probed = this.#queue
      .then(() =>
        beforeDeadline(
          {
            place: `link ${link}`,
            doing: 'carrying a probe',
            withinMs: probeWithinMs,
            nextStep: 'see what Toxiproxy wrote',
          },
          async () => {
            await this.#lead(upstream);
            await held(this.#door.published);
          },
        ),
      )
      .finally(() => {
        this.waiting -= 1;
      });
    this.#queue = probed.catch(() => undefined);
    return probed;
  }

  async #lead(upstream: Address): Promise<void> {
    const { inside } = this.#door;
    const body = {
      name: `schism-probe-${inside}`,
      listen: `0.0.0.0:${inside}`,
      upstream,
      enabled: true,
    };
    if (this.#created) await this.#control.update(body);
    else await this.#control.populate([body]);
    this.#created = true;
  }
}

const held = (address: Address): Promise<void> =>
  new Promise((resolve, reject) => {
    const [host = '', port = ''] = address.split(':');
    const socket = connect({ host, port: Number(port) });
    const timer = setTimeout(() => {
      socket.destroy();
      resolve();
    }, heldMs);
    socket.once('data', () => {
      clearTimeout(timer);
      socket.destroy();
      resolve();
    });
    for (const end of ['end', 'error', 'close'] as const) {
      socket.once(end, () => {
        clearTimeout(timer);
        reject(new Error('nobody answers at its end'));
      });
    }
  });
