import type { Mutant } from '../../harness/core/run.ts';

export type Patch = Mutant['patches'][number];

/** Applies one patch to a source. Throws where `find` does not occur exactly once. */
export const patchSource = (source: string, { file, find, replace }: Patch): string => {
  const parts = source.split(find);
  if (parts.length === 2) return parts.join(replace);
  const times = parts.length === 1 ? 'does not occur' : `occurs ${parts.length - 1} times`;
  throw new Error(`${file}: ${JSON.stringify(find)} ${times}; a patch needs it exactly once`);
};
