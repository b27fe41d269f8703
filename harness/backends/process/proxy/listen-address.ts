import { isIP } from 'node:net';
import { messageOf } from '../../../core/thrown.ts';

export type HostPort = { readonly host: string; readonly port: number };

/**
 * `host:port`, as Go resolves it. An empty host or text means the loopback address here: nothing of ours listens elsewhere.
 * Throws with Go's words for what does not resolve.
 */
export const parseHostPort = (text: string): HostPort => {
  if (text === '') return { host: loopback, port: 0 };
  const match = /^(?:\[([^\]]*)\]|([^:]*)):([^:]*)$/.exec(text);
  if (match === null)
    throw new Error(
      text.includes(':')
        ? `address ${text}: too many colons in address`
        : `address ${text}: missing port in address`,
    );
  const host = match[1] ?? match[2] ?? '';
  const port = match[3] ?? '';
  if (!/^\d*$/.test(port)) throw new Error(`lookup tcp/${port}: unknown port`);
  if (Number(port) > 65_535) throw new Error(`address ${port}: invalid port`);
  return { host: host === '' || host === 'localhost' ? loopback : host, port: Number(port) };
};

export const loopback = '127.0.0.1';

export const written = ({ host, port }: HostPort): string =>
  isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;

/** Where a proxy may listen: on this machine, for this machine. Throws like a `listen` that failed. */
export const parseListen = (text: string): HostPort => {
  let address: HostPort;
  try {
    address = parseHostPort(text);
  } catch (thrown) {
    throw new Error(`listen tcp: ${messageOf(thrown)}`, {
      cause: thrown,
    });
  }
  if (!/^127\.\d+\.\d+\.\d+$/.test(address.host) && address.host !== '::1')
    throw new Error(`listen tcp ${written(address)}: this proxy listens on 127.0.0.1 only`);
  return address;
};

const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: 'address already in use',
  EADDRNOTAVAIL: 'cannot assign requested address',
  EACCES: 'permission denied',
};

/** What Go says of a `bind` that failed. */
export const bindError = (address: HostPort, error: NodeJS.ErrnoException): Error =>
  new Error(`listen tcp ${written(address)}: bind: ${reasons[error.code ?? ''] ?? error.message}`, {
    cause: error,
  });
