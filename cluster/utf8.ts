/** Text as UTF-8. An encoder's own buffers cost more than its work, so texts of usual length share them. */
import { roomFor } from './room.ts';

const scratch = new Uint8Array(1 << 14);
const encoder = new TextEncoder();

/** The bytes of a text, which nobody else has. */
export const utf8Of = (text: string): Uint8Array => {
  // A unit of a text takes three bytes at most.
  if (text.length * 3 > scratch.length) return encoder.encode(text);
  const { written } = encoder.encodeInto(text, scratch);
  const bytes = roomFor(written);
  bytes.set(scratch.subarray(0, written));
  return bytes;
};
