/**
 * Peer messages as bytes: CBOR without records, so that every message stands for itself.
 * What comes off the wire is checked field by field; a message that does not fit is dropped as if it had been lost.
 */
import { Encoder } from 'cbor-x';
import { isPeerMessage } from './message-shapes.ts';
import type { PeerMessage } from './messages.ts';

/** Byte strings are copied out of the frame: an entry that lives on must not keep the whole read buffer alive. */
const cbor = new Encoder({ useRecords: false, tagUint8Array: false, copyBuffers: true });

/**
 * The bytes of a message. Text must be well-formed Unicode (lone surrogates become U+FFFD), a `-0` becomes 0, and a key
 * `__proto__` in a JSON body is renamed: none of the three has a meaning in what nodes say to each other.
 */
export const encodePeerMessage = (message: PeerMessage): Uint8Array => plain(cbor.encode(message));

/** The message in these bytes, or `undefined` where they hold none that this version knows. Never throws. */
export const decodePeerMessage = (encoded: Uint8Array): PeerMessage | undefined => {
  try {
    const value: unknown = cbor.decode(plain(encoded));
    return isPeerMessage(value) ? value : undefined;
  } catch {
    return undefined;
  }
};

/** The same bytes as a plain Uint8Array: from a Buffer the decoder would make Buffers, whose `slice` does not copy. */
const plain = (view: Uint8Array): Uint8Array =>
  new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
