/** Bytes that an object of the store holds as base 64. */
import { fromBase64 } from '../keys/base64.ts';

/** Throws where the text is not what `toBase64` wrote: the store holds nothing else. */
export const storedBytes = (text: string): Uint8Array => {
  const bytes = fromBase64(text);
  if (bytes === undefined) throw new Error('an object of the store holds a broken base 64 text');
  return bytes;
};
