/**
 * A manager's other files say what runs in the swarm, so they are written under its data key, as the log is. Layout: a byte 1, the
 * key's epoch in four bytes, the nonce, the sealed content.
 */
import type { DataKey } from '../log/types.ts';
import { putWord } from '../log/numbers.ts';
import type { Cipher, Random } from '../ports.ts';
import { roomFor } from '../room.ts';

const mark = 1;
const nonceBytes = 12;
const headerBytes = 5 + nonceBytes;

export const sealFile = (
  content: Uint8Array,
  { epoch, key }: DataKey,
  { cipher, random }: { readonly cipher: Cipher; readonly random: Random },
): Uint8Array => {
  const nonce = random.bytes('file-nonce', nonceBytes);
  const sealed = cipher.seal(key, nonce, content);
  const file = roomFor(headerBytes + sealed.length);
  file[0] = mark;
  putWord(file, 1, epoch);
  file.set(nonce, 5);
  file.set(sealed, headerBytes);
  return file;
};

/** `epoch`: of the key that it was sealed under; `undefined` for a file that was never sealed. */
export type OpenedFile = { readonly content: Uint8Array; readonly epoch: number | undefined };

/** `undefined` where no key fits. */
export const openFile = (
  file: Uint8Array,
  keys: readonly DataKey[],
  cipher: Cipher,
): OpenedFile | undefined => {
  if (file[0] !== mark || file.length < headerBytes) return { content: file, epoch: undefined };
  const epoch = new DataView(file.buffer, file.byteOffset).getUint32(1);
  const key = keys.find((one) => one.epoch === epoch);
  if (key === undefined) return undefined;
  const sealed = file.subarray(headerBytes);
  const content = cipher.open(key.key, file.subarray(5, headerBytes), sealed);
  return content === undefined ? undefined : { content, epoch };
};
