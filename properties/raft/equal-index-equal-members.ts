import type { History } from '../../harness/core/history.ts';
import type { Verdict } from '../../harness/core/property.ts';
import { chronicleOf, type Said } from '../chronicle.ts';
import { membershipOf, replicasOf } from '../membership.ts';
import { broken, moment } from '../verdicts.ts';

type Known = { readonly commit: Said<'commit'>; readonly members: Said<'membership'> };

/**
 * Two managers that have committed the same and take others for members: one of them missed a change, or kept one that its log has lost.
 * Compared where both said that they had committed up to the same index, and both take their members from an entry up to there. Only
 * where anybody asked for a change, and managers say at which index one stands.
 */
export const differentMembers = (history: History): Verdict | undefined => {
  if (membershipOf(history).fixedUntil === Infinity) return undefined;
  const first = new Map<number, Known>();
  for (const said of chronicleOf(history).boots.flatMap(replicasOf)) {
    let members: Said<'membership'> | undefined;
    for (const words of said) {
      if (words.kind === 'membership') members = words;
      if (words.kind !== 'commit' || members?.index === undefined) continue;
      if (members.index > words.index) continue;
      const now = { commit: words, members };
      const known = first.get(words.index);
      if (known === undefined) first.set(words.index, now);
      else if (namesOf(known.members) !== namesOf(members)) return differ(known, now);
    }
  }
  return undefined;
};

const namesOf = ({ voters, learners }: Said<'membership'>): string =>
  `${voters.toSorted().join()} and ${learners.toSorted().join()}`;

const differ = (one: Known, other: Known): Verdict => {
  const { node, index } = other.commit;
  const who =
    one.commit.node === node
      ? `${node} knew of two different memberships`
      : `${one.commit.node} and ${node} know of different members`;
  return broken(
    `${who} with everything up to index ${index} committed`,
    [one, other].map(({ commit, members: { voters, learners, index: from } }) =>
      moment(
        commit.at,
        commit.node,
        `${commit.node} has committed everything up to ${index}, and by the change at index ${from} ${voters.length} vote and ${learners.length} learn`,
      ),
    ),
  );
};
