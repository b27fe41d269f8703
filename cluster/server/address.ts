/** Addresses as people write them: `host:port`, an IPv6 host in brackets. */

export type HostPort = { readonly host: string; readonly port: number };

const pattern = /^(?:\[(?<six>[0-9a-fA-F:.]+)\]|(?<host>[^:[\]\s/]+)):(?<port>\d{1,5})$/;

/** `undefined`: not `host:port`, or a port beyond 65535. */
export const parseHostPort = (text: string): HostPort | undefined => {
  const groups = pattern.exec(text)?.groups;
  const host = groups?.six ?? groups?.host;
  const port = Number(groups?.port);
  return host === undefined || port > 65_535 ? undefined : { host, port };
};

export const formatHostPort = ({ host, port }: HostPort): string =>
  host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;

/** Addresses that mean "every interface": one can listen there, but nobody can dial them. */
export const isWildcard = (host: string): boolean => host === '0.0.0.0' || host === '::';
