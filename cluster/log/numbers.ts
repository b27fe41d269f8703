/** Unsigned integers of up to 53 bits as 8 bytes, big-endian: a BigInt would cost more than the checksum. */

const half = 0x1_0000_0000;

/** The four bytes of a word, big-endian; making a view for a few of them would cost more than writing them. */
export const putWord = (bytes: Uint8Array, at: number, word: number): void => {
  bytes[at] = word >>> 24;
  bytes[at + 1] = word >>> 16;
  bytes[at + 2] = word >>> 8;
  bytes[at + 3] = word;
};

export const putNumber = (bytes: Uint8Array, at: number, value: number): void => {
  putWord(bytes, at, Math.floor(value / half));
  putWord(bytes, at + 4, value % half);
};

export const readNumber = (view: DataView, at: number): number =>
  view.getUint32(at) * half + view.getUint32(at + 4);

export const hex16 = (value: number): string => value.toString(16).padStart(16, '0');

export const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
