/** Text out of bytes, memberships as bytes. Memberships change rarely, so they may be wordy. */
import type { Membership } from '../raft/types.ts';
import { utf8Of } from '../utf8.ts';

const decoder = new TextDecoder('utf-8', { fatal: true });

export const bytesToText = (bytes: Uint8Array): string => decoder.decode(bytes);

export const membershipToBytes = (membership: Membership): Uint8Array =>
  utf8Of(JSON.stringify(membership));

/** Throws on what `membershipToBytes` did not make; such bytes never pass checksum and seal. */
export const membershipFromBytes = (bytes: Uint8Array): Membership =>
  JSON.parse(bytesToText(bytes)) as Membership;
