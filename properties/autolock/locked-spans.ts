import type { Ms, NodeName } from '../../harness/core/cluster.ts';
import type { History, Operation } from '../../harness/core/history.ts';
import { chronicleOf, type Boot } from '../chronicle.ts';
import { askedOf } from '../lookup.ts';
import { asksToLeave } from '../membership.ts';
import { remembered } from '../remembered.ts';

/** One boot of a manager that came up locked, and how long it surely was of no help to anybody. */
export type LockedSpan = {
  readonly node: NodeName;
  readonly boot: Boot;
  /** The end of the boot before it was confirmed. */
  readonly from: Ms;
  /** The node was first asked to unlock with a key that it took, or to leave; or its next boot began; or the run ended. */
  readonly to: Ms;
  /** The unlock that it took, where there was one. */
  readonly unlock: Operation | undefined;
};

export const isUnlock = ({ operation }: Operation): boolean => operation === 'swarm.unlock';

/** All boots that came up locked, in the order in which they were heard of. */
export const lockedSpans = remembered((history): readonly LockedSpan[] => {
  const chronicle = chronicleOf(history);
  if (chronicle.locks === 0) return [];
  return chronicle.boots.filter(cameUpLocked).map((boot) => spanOf(boot, history));
});

/** When it said first that it is locked. */
export const lockedSince = ({ boot, from }: LockedSpan): Ms =>
  boot.said.find((words) => words.kind === 'lock' && words.state === 'locked')?.at ?? from;

const cameUpLocked = ({ said }: Boot): boolean =>
  said.find(({ kind }) => kind === 'lock')?.kind === 'lock' &&
  said.some((words) => words.kind === 'lock' && words.state === 'locked');

/**
 * A boot begins after the last confirmed end before its first words; nothing that it said is compared with an operation. An
 * unlock that may have worked counts from its invocation: from then on the node may have helped.
 */
const spanOf = (boot: Boot, history: History): LockedSpan => {
  const { node } = boot;
  const firstWords = boot.said[0]?.at ?? 0;
  let from = 0;
  let to = history.phases.endAt;
  for (const event of history.lifecycle) {
    if (event.node !== node || (event.event !== 'killed' && event.event !== 'exited')) continue;
    if (event.at <= firstWords) from = event.at;
    else {
      to = event.at;
      break;
    }
  }
  const end = askedOf(history, node, { from, to }).find(
    (operation) =>
      (isUnlock(operation) && operation.outcome !== 'rejected') || asksToLeave(operation),
  );
  const unlock = end !== undefined && isUnlock(end) ? end : undefined;
  return { node, boot, from, to: end?.invokedAt ?? to, unlock };
};
