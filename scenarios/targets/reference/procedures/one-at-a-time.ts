import type { NodeName } from '../../../../harness/core/cluster.ts';
import type { Memory } from '../../../../harness/core/target.ts';
import type { Part } from './steps.ts';

/** What operators do to a node that takes a while. */
export type LongDeed = {
  readonly deed: 'role' | 'renewal';
  readonly name: NodeName;
  /** Goes together with no other, on whichever node. */
  readonly alone?: boolean;
};

const inWords = { role: 'a change of the role', renewal: 'a renewal' } as const;

const underWay = 'deeds that are under way';

const underWayIn = (memory: Memory): readonly LongDeed[] =>
  (memory.get(underWay) as readonly LongDeed[] | undefined) ?? [];

/** Changes of one node's role may overlap; nothing goes together with its renewal. */
const excludes = (one: LongDeed, other: LongDeed): boolean =>
  one.alone === true ||
  other.alone === true ||
  (one.name === other.name && (one.deed === 'renewal' || other.deed === 'renewal'));

/** Throws where a deed is under way that it does not go together with: no operator would do both at the same time. */
export function* oneAtATime(memory: Memory, own: LongDeed, part: () => Part<void>): Part<void> {
  const other = underWayIn(memory).find((each) => excludes(own, each));
  if (other !== undefined) throw new Error(`${inWords[other.deed]} of ${other.name} is under way`);
  memory.set(underWay, [...underWayIn(memory), own]);
  try {
    yield* part();
  } finally {
    memory.set(
      underWay,
      underWayIn(memory).filter((each) => each !== own),
    );
  }
}
