import type { Link } from './network.ts';
import type { PeerIdentity, Sender } from './program.ts';

/**
 * The sender as the receiving transport knows it: by id only where both ends prove the same secret. The link remembers it.
 * @param own what the sender, `theirs` what the receiver knows of itself
 */
export const senderOver = (
  link: Link,
  own: PeerIdentity | undefined,
  theirs: PeerIdentity | undefined,
): Sender => {
  const known = link.sender;
  if (known !== undefined && link.senderOwn === own && link.senderTheirs === theirs) return known;
  const trusted = own !== undefined && theirs !== undefined && sameSecret(own, theirs);
  const nodeId = trusted ? own.nodeId : undefined;
  const sender: Sender = Object.freeze({ nodeId, address: link.senderAddress });
  link.sender = sender;
  link.senderOwn = own;
  link.senderTheirs = theirs;
  return sender;
};

const sameSecret = (one: PeerIdentity, other: PeerIdentity): boolean => {
  if (one.clusterId !== other.clusterId || one.secret.length !== other.secret.length) return false;
  for (let i = 0; i < one.secret.length; i += 1) {
    if (one.secret[i] !== other.secret[i]) return false;
  }
  return true;
};
