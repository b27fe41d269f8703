/** The rolling hash over applied entries: equal up to an index means equal logs, so that two nodes can be compared cheaply. */
import { mix } from '../mix.ts';
import { Recent } from '../recent.ts';
import type { Entry, Membership } from './types.ts';
import { unreachable } from './unreachable.ts';

const seed = 0x811c9dc5;
const prime = 0x01000193;

/** The hash of a log without entries. */
export const emptyLogHash = 0;

const kinds = { data: 1, noop: 2, config: 3 } as const;

/** In the simulator one entry object reaches every node; its payload is walked once. */
const payloads = new Recent<Entry, number>(64);

const hashBytes = (bytes: Uint8Array): number => {
  const { length } = bytes;
  let hash = seed ^ length;
  let at = 0;
  // Four bytes a step, and no iterator, which would take several times as long.
  for (; at + 4 <= length; at += 4) {
    const word =
      (bytes[at] ?? 0) |
      ((bytes[at + 1] ?? 0) << 8) |
      ((bytes[at + 2] ?? 0) << 16) |
      ((bytes[at + 3] ?? 0) << 24);
    hash = mix(hash, word);
  }
  for (; at < length; at += 1) hash = mix(hash, bytes[at] ?? 0);
  return hash;
};

const hashText = (start: number, text: string): number => {
  let hash = start;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), prime);
  return Math.imul(hash ^ 0xffff, prime);
};

const hashMembership = (membership: Membership): number => {
  let hash = seed;
  for (const member of membership.members) {
    hash = hashText(hash, member.id);
    hash = hashText(hash, member.nodeId);
    hash = hashText(hash, member.address);
    hash = mix(hash, member.voter ? 1 : 2);
  }
  for (const id of membership.removed) hash = hashText(hash, id);
  return hash;
};

const walkPayload = (entry: Entry): number => {
  switch (entry.kind) {
    case 'data':
      return hashBytes(entry.data);
    case 'noop':
      return seed;
    case 'config':
      return hashMembership(entry.membership);
    default:
      return unreachable(entry);
  }
};

const hashPayload = (entry: Entry): number => {
  const known = payloads.get(entry);
  if (known !== undefined) return known;
  const hash = walkPayload(entry);
  payloads.set(entry, hash);
  return hash;
};

/** The hash up to and including `entry`, an unsigned 32-bit number, from the hash up to the entry before it. */
export const rollHash = (previous: number, entry: Entry): number => {
  let hash = mix(previous ^ seed, entry.index);
  hash = mix(hash, entry.term);
  hash = mix(hash, kinds[entry.kind]);
  return mix(hash, hashPayload(entry)) >>> 0;
};
