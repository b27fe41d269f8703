/**
 * Messages between nodes over TCP: one outgoing connection for each peer address, dialled by the sender and used one way.
 * A message may be lost at any time and nobody is told; the program above is made for that.
 */
import { once } from 'node:events';
import net from 'node:net';
import type { PeerIdentity, Sender } from '../node/program.ts';
import { encodePeerMessage } from '../wire/codec.ts';
import type { PeerMessage } from '../wire/messages.ts';
import { parseHostPort } from './address.ts';
import type { HostPort } from './address.ts';
import { IncomingLink } from './incoming-link.ts';
import type { Journal } from './journal.ts';
import type { ServerLimits } from './limits.ts';
import { createNameLookup } from './name-lookup.ts';
import { OutgoingLink } from './outgoing-link.ts';
import { encodeHello, sameIdentity } from './peer-auth.ts';

export type TransportOptions = {
  readonly listen: HostPort;
  /** Advertised address → where to dial instead, as curl's option of that name. */
  readonly resolve: ReadonlyMap<string, HostPort>;
  readonly limits: ServerLimits;
  readonly journal: Pick<Journal, 'log'>;
  receive(from: Sender, message: PeerMessage): void;
};

export type Transport = {
  /** Where it really listens. */
  readonly bound: HostPort;
  /** What peers are told that they reach this node by while it has no identity. To be set before anything is sent. */
  advertise(address: string): void;
  /** What this node proves itself with from now on. */
  identify(identity: PeerIdentity | undefined): void;
  send(to: string, message: PeerMessage): void;
  /** To be called every `tickMs`. */
  tick(): void;
  close(): Promise<void>;
};

/** Rejects as `listen` does: the port is taken, or the host is not this machine's. */
export const startTransport = async (options: TransportOptions): Promise<Transport> => {
  const { limits, journal, resolve } = options;
  const lookup = createNameLookup();
  const outgoing = new Map<string, OutgoingLink>();
  const incoming = new Set<IncomingLink>();
  let identity: PeerIdentity | undefined;
  let address = '';

  const server = net.createServer((socket) => {
    const link = new IncomingLink(socket, {
      limits,
      identity: () => identity,
      receive: (from, message) => {
        options.receive(from, message);
      },
      log: (level, text, details) => {
        journal.log(level, text, details);
      },
    });
    incoming.add(link);
    socket.on('close', () => incoming.delete(link));
  });
  server.maxConnections = limits.incomingMax;
  server.listen(options.listen);
  await once(server, 'listening');

  const open = (to: string, { host, port }: HostPort): OutgoingLink => {
    const link = new OutgoingLink({
      limits,
      dial: async () => net.connect({ host: await lookup(host), port }),
      hello: (nonce) => encodeHello(identity ?? { address }, nonce),
      log: (level, text) => {
        journal.log(level, `peer ${to}: ${text}`, { peer: to });
      },
    });
    outgoing.set(to, link);
    return link;
  };

  const linkTo = (to: string): OutgoingLink | undefined => {
    const known = outgoing.get(to);
    if (known !== undefined) return known;
    const target = resolve.get(to) ?? parseHostPort(to);
    if (target !== undefined && outgoing.size < limits.peersMax) return open(to, target);
    journal.log('warn', `cannot dial ${to}`, { known: outgoing.size });
    return undefined;
  };

  return {
    bound: boundTo(server),
    advertise(own) {
      address = own;
    },
    identify(next) {
      if (sameIdentity(identity, next)) return;
      identity = next;
      for (const link of outgoing.values()) link.greetAnew();
      for (const link of incoming) link.judgeAgain();
    },
    send(to, message) {
      const payload = encodePeerMessage(message);
      if (payload.length > limits.frameBytesMax) {
        journal.log('error', `a message of ${payload.length} bytes is too long to be sent`, {
          type: message.type,
        });
        return;
      }
      linkTo(to)?.send(payload);
    },
    tick() {
      for (const link of incoming) link.tick();
      for (const [to, link] of outgoing) {
        link.tick();
        if (!link.idle) continue;
        link.close();
        outgoing.delete(to);
      }
    },
    async close() {
      for (const link of outgoing.values()) link.close();
      for (const link of incoming) link.close();
      const closed = once(server, 'close');
      server.close();
      await closed;
    },
  };
};

const boundTo = (server: net.Server): HostPort => {
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('the server is not listening');
  return { host: bound.address, port: bound.port };
};
