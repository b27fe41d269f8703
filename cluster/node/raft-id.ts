/** Ids of members in Raft: drawn anew for every membership, so that none comes back. */
import type { Random } from '../ports.ts';

/** 64 bits as 16 hexadecimal digits. */
export const newRaftId = (random: Random): string => {
  let id = '';
  for (const byte of random.bytes('raft-id', 8)) id += byte.toString(16).padStart(2, '0');
  return id;
};
