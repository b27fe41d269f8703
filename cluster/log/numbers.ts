/** Unsigned integers of up to 53 bits as 8 bytes, big-endian: a BigInt would cost more than the checksum. */

const half = 0x1_0000_0000;

export const writeNumber = (view: DataView, at: number, value: number): void => {
  view.setUint32(at, Math.floor(value / half));
  view.setUint32(at + 4, value % half);
};

export const readNumber = (view: DataView, at: number): number =>
  view.getUint32(at) * half + view.getUint32(at + 4);

export const hex16 = (value: number): string => value.toString(16).padStart(16, '0');

export const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
