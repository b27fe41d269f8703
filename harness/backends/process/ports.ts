import { randomInt } from 'node:crypto';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { LiveFailure } from '../live/failure.ts';
import type { Address } from '../live/target.ts';

/** Below what kernels hand out by themselves (32768 and up on Linux, 49152 on macOS): nobody is given one of these by chance. */
const portMin = 10_000;
const portMax = 32_000;
const triesMax = 1_000;

/** Ports that are free now, all different. Somebody else may still take one before it is used; the start fails then and says so. */
export const freeAddresses = async (count: number): Promise<readonly Address[]> => {
  const held: Server[] = [];
  for (let tries = 0; held.length < count && tries < triesMax; tries++) {
    const server = await tryPort(randomInt(portMin, portMax));
    if (server !== undefined) held.push(server);
  }
  const addresses = held.map((server) => `127.0.0.1:${(server.address() as AddressInfo).port}`);
  await Promise.all(
    held.map(
      (server) =>
        new Promise<void>((resolve) => {
          server.close(() => {
            resolve();
          });
        }),
    ),
  );
  if (held.length < count)
    throw new LiveFailure({
      place: '127.0.0.1',
      what: `fewer than ${count} of the ports from ${portMin} to ${portMax} are free`,
      nextStep: 'see what listens on them: ss -tln',
    });
  return addresses;
};

const tryPort = (port: number): Promise<Server | undefined> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(undefined);
    });
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => {
      resolve(server);
    });
  });

/** Resolves once a connection stood. */
export const reach = (address: Address, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const [host = '', port = ''] = address.split(':');
    const socket = connect({ host, port: Number(port) });
    const abort = (): void => {
      give(new Error(`no connection to ${address}`));
    };
    const close = (): void => {
      signal.removeEventListener('abort', abort);
      socket.destroy();
    };
    const give = (error: Error): void => {
      close();
      reject(error);
    };
    signal.addEventListener('abort', abort, { once: true });
    socket.once('error', give);
    socket.once('connect', () => {
      close();
      resolve();
    });
  });
