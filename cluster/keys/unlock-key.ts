/** The unlock key as people see it: `SWMKEY-1-` and 32 bytes in base64, 43 characters (SwarmKit, `ca/keyreadwriter` and `encryption`). */
import { fromBase64, toBase64 } from './base64.ts';

const prefix = 'SWMKEY-1-';
export const unlockKeyBytes = 32;

export const formatUnlockKey = (bytes: Uint8Array): string => prefix + toBase64(bytes);

/** `undefined` where the text is no unlock key, whatever it opens. */
export const parseUnlockKey = (text: string): Uint8Array | undefined => {
  if (!text.startsWith(prefix)) return undefined;
  const bytes = fromBase64(text.slice(prefix.length));
  return bytes?.length === unlockKeyBytes ? bytes : undefined;
};
