/** Who led, from when to when, as those said it themselves. */
import type { Ms, NodeName } from '../harness/core/cluster.ts';
import { chronicleOf } from './chronicle.ts';
import { remembered } from './remembered.ts';

export type Lead = {
  readonly node: NodeName;
  readonly term: number;
  readonly from: Ms;
  /** When it said that it leads no more, or ended; `undefined`: neither. */
  readonly to: Ms | undefined;
  /** Its process was killed, or ended, before it said anything. */
  readonly ended: boolean;
};

/** In the order in which they were heard of. */
export const leadersOf = remembered((history): readonly Lead[] => {
  const { roles } = chronicleOf(history);
  return roles
    .filter(({ role }) => role === 'leader')
    .map(({ node, term, at: from }) => {
      const said = roles.find(
        (words) => words.node === node && words.at > from && words.role !== 'leader',
      );
      const ended = history.lifecycle.find(
        (lived) =>
          lived.node === node &&
          lived.at > from &&
          (lived.event === 'killed' || lived.event === 'exited'),
      );
      const to = Math.min(said?.at ?? Infinity, ended?.at ?? Infinity);
      return {
        node,
        term,
        from,
        to: to === Infinity ? undefined : to,
        ended: ended?.at === to,
      };
    });
});
