import { connect, createServer, type AddressInfo } from 'node:net';
import type { Address } from '../live/target.ts';

/** Ports that are free now, all different. Somebody else may take one before it is used; the start fails then and says so. */
export const freeAddresses = async (count: number): Promise<readonly Address[]> => {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen({ host: '127.0.0.1', port: 0, exclusive: true }, resolve);
      });
      return server;
    }),
  );
  const addresses = servers.map((server) => `127.0.0.1:${(server.address() as AddressInfo).port}`);
  await Promise.all(
    servers.map(
      (server) =>
        new Promise<void>((resolve) => {
          server.close(() => {
            resolve();
          });
        }),
    ),
  );
  return addresses;
};

export type Reached = Disposable & {
  /** The other side has closed it. */
  readonly closed: boolean;
};

/** Resolves once a connection stands, with what closes it again. */
export const reach = (address: Address, signal: AbortSignal): Promise<Reached> =>
  new Promise((resolve, reject) => {
    const [host = '', port = ''] = address.split(':');
    const socket = connect({ host, port: Number(port) });
    const give = (error: Error): void => {
      socket.destroy();
      reject(error);
    };
    const abort = (): void => {
      give(new Error(`no connection to ${address}`));
    };
    signal.addEventListener('abort', abort, { once: true });
    socket.once('error', give);
    socket.once('connect', () => {
      signal.removeEventListener('abort', abort);
      socket.off('error', give);
      socket.on('error', () => undefined);
      socket.resume();
      let closed = false;
      socket.once('close', () => {
        closed = true;
      });
      resolve({
        get closed() {
          return closed;
        },
        [Symbol.dispose]: () => {
          socket.destroy();
        },
      });
    });
  });
