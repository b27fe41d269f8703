/** Data keys that stood in a key file in the clear: whoever had the disk in hand then has them for ever. */
import { toBase64 } from '../../../cluster/keys/base64.ts';
import type { Memory } from '../../../harness/core/target.ts';
import type { OpenedKeyFile } from './secrets.ts';

const memoryName = 'data keys seen in the clear';

const exposedOf = (memory: Memory): readonly string[] =>
  (memory.get(memoryName) as readonly string[] | undefined) ?? [];

/** The key that new entries are written under. */
const keyInUse = ({ secrets }: OpenedKeyFile): string | undefined => {
  const [newest] = secrets.dataKeys;
  return newest && toBase64(newest.key);
};

export const rememberExposed = (memory: Memory, file: OpenedKeyFile): void => {
  const key = keyInUse(file);
  if (file.inTheClear && key !== undefined) memory.set(memoryName, [...exposedOf(memory), key]);
};

/** Whether a sealed file still holds, as the key in use, one that was seen in the clear. */
export const usesExposedKey = (memory: Memory, file: OpenedKeyFile): boolean => {
  const key = keyInUse(file);
  return !file.inTheClear && key !== undefined && exposedOf(memory).includes(key);
};
