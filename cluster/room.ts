/** Room for bytes that are about to be written. Small parts share a buffer: making one costs more than filling it. */

const chunkBytes = 1 << 16;
/** A larger part gets a buffer of its own, so that it does not keep others alive, nor they it. */
const sharedBytesMax = 1 << 12;

let chunk = new Uint8Array(0);
let used = 0;

/** So many bytes, all 0, that nobody else has. */
export const roomFor = (length: number): Uint8Array => {
  if (length > sharedBytesMax) return new Uint8Array(length);
  if (used + length > chunk.length) {
    chunk = new Uint8Array(chunkBytes);
    used = 0;
  }
  const from = used;
  used += length;
  return chunk.subarray(from, used);
};
