import type { NodeName } from '../../../../harness/core/cluster.ts';
import type { Memory } from '../../../../harness/core/target.ts';
import type { Part } from './steps.ts';

/** What operators do to one node that takes a while. Changes of its role may overlap; nothing goes together with its renewal. */
export type LongDeed = 'role' | 'renewal';

const inWords = { role: 'a change of its role', renewal: 'its renewal' } as const;

const markOf = (deed: LongDeed, name: NodeName): string => `${deed} of ${name}`;
const underWay = (memory: Memory, deed: LongDeed, name: NodeName): number =>
  (memory.get(markOf(deed, name)) as number | undefined) ?? 0;

/** Throws where a deed is under way that it does not go together with: no operator would do both at the same time. */
export function* oneAtATime(
  memory: Memory,
  { deed, name }: { readonly deed: LongDeed; readonly name: NodeName },
  part: () => Part<void>,
): Part<void> {
  const others = deed === 'role' ? (['renewal'] as const) : (['role', 'renewal'] as const);
  const other = others.find((each) => underWay(memory, each, name) > 0);
  if (other !== undefined) throw new Error(`${inWords[other]} is under way`);
  memory.set(markOf(deed, name), underWay(memory, deed, name) + 1);
  try {
    yield* part();
  } finally {
    memory.set(markOf(deed, name), underWay(memory, deed, name) - 1);
  }
}
