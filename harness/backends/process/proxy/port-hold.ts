import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { loopback, type HostPort } from './listen-address.ts';

/**
 * Keeps a port of ours while nobody listens on it: a closed port that is free is soon given to somebody else, and then the
 * link that it belongs to can never open again. A connection that comes from the port keeps it: whoever dials it is refused all
 * the same.
 */
export type PortHold = Disposable;

/** `undefined` where the port was lost already. */
export const holdPort = async ({ host, port }: HostPort): Promise<PortHold | undefined> => {
  const to = await sink();
  return new Promise((resolve) => {
    const socket = connect({ host: loopback, port: to, localAddress: host, localPort: port });
    socket.once('error', () => {
      resolve(undefined);
    });
    socket.once('connect', () => {
      socket.on('error', () => undefined);
      // Reset, so that nothing of the connection lingers on the port.
      resolve({ [Symbol.dispose]: () => socket.resetAndDestroy() });
    });
  });
};

let opened: Promise<number> | undefined;

/** Where connections that hold a port lead: to ourselves. Opened when the first is needed. */
const sink = (): Promise<number> =>
  (opened ??= new Promise((resolve, reject) => {
    const server = createServer((socket: Socket) => {
      socket.on('error', () => undefined);
      socket.resume();
    });
    server.once('error', reject);
    server.listen({ host: loopback, port: 0, exclusive: true }, () => {
      resolve((server.address() as AddressInfo).port);
    });
  }));
