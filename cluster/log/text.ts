/** Text and memberships as bytes. Memberships change rarely, so they may be wordy. */
import type { Membership } from '../raft/types.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

export const textToBytes = (text: string): Uint8Array => encoder.encode(text);
export const bytesToText = (bytes: Uint8Array): string => decoder.decode(bytes);

export const membershipToBytes = (membership: Membership): Uint8Array =>
  textToBytes(JSON.stringify(membership));

/** Throws on what `membershipToBytes` did not make; such bytes never pass checksum and seal. */
export const membershipFromBytes = (bytes: Uint8Array): Membership =>
  JSON.parse(bytesToText(bytes)) as Membership;
