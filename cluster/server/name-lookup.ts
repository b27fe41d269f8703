/**
 * Host names of peers. A lookup can keep one of the few threads that also sync the disk for seconds, so there is at most one
 * under way for each name, and a fresh answer is used again.
 */
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';

const freshMs = 2_000;

export type NameLookup = (host: string) => Promise<string>;

/** IPv4 is preferred. Rejects as the system does where a name is not known. */
export const createNameLookup = (): NameLookup => {
  const answers = new Map<string, { readonly address: Promise<string>; readonly until: number }>();
  return (host) => {
    if (isIP(host) !== 0) return Promise.resolve(host);
    const known = answers.get(host);
    if (known !== undefined && performance.now() < known.until) return known.address;
    const address = lookup(host, { order: 'ipv4first' }).then((answer) => {
      answers.set(host, { address, until: performance.now() + freshMs });
      return answer.address;
    });
    answers.set(host, { address, until: Infinity });
    address.catch(() => answers.delete(host));
    return address;
  };
};
