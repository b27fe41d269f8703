import { hashText } from '../../../harness/backends/sim/mix.ts';
import type { Json } from '../../../harness/core/json.ts';
import type { Memory } from '../../../harness/core/target.ts';

/** The unlock keys of a run, oldest first: each is known by its place. A manager that was down may need an older one. */
const memoryName = 'unlock keys';

/** Well formed, and the key of no swarm. */
const wrongKey = 'SWMKEY-1-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';

const keysOf = (memory: Memory): readonly string[] =>
  (memory.get(memoryName) as readonly string[] | undefined) ?? [];

/** Remembers a key; answers with its place. */
export const learnUnlockKey = (memory: Memory, key: string): number => {
  const known = keysOf(memory);
  const place = known.indexOf(key);
  if (place >= 0) return place;
  memory.set(memoryName, [...known, key]);
  return known.length;
};

/** How many keys are known: the newest one's place is one less. */
export const knownUnlockKeys = (memory: Memory): number => keysOf(memory).length;

/** The key that an operation names: a place, or `wrong`. `undefined`: not known. */
export const unlockKeyOf = (memory: Memory, name: Json | undefined): string | undefined =>
  name === 'wrong' ? wrongKey : typeof name === 'number' ? keysOf(memory)[name] : undefined;

/** All known keys, the newest first. */
export const unlockKeysNewestFirst = (memory: Memory): readonly string[] =>
  keysOf(memory).toReversed();

/** Tells keys apart, whoever learnt them, and gives none away. */
export const unlockKeyMark = (key: string): string =>
  `key #${(hashText(key, 0) >>> 0).toString(16).padStart(8, '0')}`;
