import { counted } from '../../harness/core/figures.ts';
import type { History, Observation } from '../../harness/core/history.ts';
import type { Property, Verdict } from '../../harness/core/property.ts';
import { chronicleOf, type Said } from '../chronicle.ts';
import { replicasOf } from '../membership.ts';
import { broken, held, moment, unknown, untested } from '../verdicts.ts';
import { changesByLeader, type Change } from './changes-by-leaders.ts';
import { costlyRemoval } from './costly-removals.ts';
import { nameOfMember } from './elections.ts';

/**
 * Whoever comes in learns before it votes, a leader changes one member at a time, the next one only once the change before it and an entry
 * of its own term are committed, and takes none out where those that are left could not go on, and whoever is out stays out under that
 * id. Each is looked at in the order in which one node said it.
 * @source Ongaro, Consensus: Bridging Theory and Practice, §4.1 (one server at a time), §4.2.1 (new servers join as non-voting
 * members until they have caught up); Ongaro, bug in single-server membership changes (raft-dev, 2015: an entry of the own term first); swarmkit, manager/state/raft/raft.go (CanRemoveMember); docker-swarm failure catalogue 12 (a
 * removed id never comes back).
 */
export const membersChangeInOrder: Property = {
  name: 'members-change-in-order',
  kind: 'safety',
  guarantee:
    'A server that joins is a non-voting member until it has caught up; servers are added and removed one at a time, each once the change before it and an entry of the present term are committed, and none is removed where of those that are left no majority lives; and an id that was removed never takes part again.',
  source:
    'Ongaro, Consensus: Bridging Theory and Practice, §4.1, §4.2.1, and its erratum (raft-dev, 2015); swarmkit, manager/state/raft/raft.go (CanRemoveMember)',
  judge(history) {
    const { memberships, boots, roles } = chronicleOf(history);
    const nameOf = nameOfMember(roles);
    if (memberships.length === 0) return unknown('no node said who the members are');
    const voted = votesWithoutLearning(history);
    if (voted !== undefined) return voted;
    let changes = 0;
    for (const boot of boots) {
      const back = comesBack(boot.said);
      if (back !== undefined) return back;
      for (const said of replicasOf(boot)) {
        for (const change of changesByLeader(said)) {
          const count = differences(change);
          const wrong =
            count > 1
              ? tooMany(count, change)
              : (tooEarly(change) ?? costlyRemoval(change, nameOf, history));
          if (wrong !== undefined) return wrong;
          changes += count;
        }
      }
    }
    return changes > 0
      ? held(`${counted(changes, 'change')} of the membership, one at a time`)
      : untested('no leader changed the membership');
  },
};

/** Its own id is among the voters that a node tells of, although its log was empty at first and it never was among the learners. */
const votesWithoutLearning = (history: History): Verdict | undefined => {
  const learnt = new Map<string, boolean>();
  for (const boot of chronicleOf(history).boots) {
    for (const said of replicasOf(boot)) {
      const first = said.find((words) => words.kind === 'role');
      if (first === undefined) continue;
      const { raftId: id, role, lastIndex } = first;
      // Whoever founds a swarm votes from its first word on; of others the history may not know the beginning.
      if (!learnt.has(id)) learnt.set(id, role !== 'learner' || lastIndex !== 0);
      for (const words of said) {
        if (words.kind !== 'membership' || learnt.get(id) === true) continue;
        const { voters, learners, at, node } = words;
        if (learners.includes(id)) learnt.set(id, true);
        else if (voters.includes(id))
          return broken(`${node} votes, and was never a member that only learns`, [
            moment(at, node, `${node} is one of ${voters.length} that vote`),
          ]);
      }
    }
  }
  return undefined;
};

/** A node that said that it is out, and takes part under the same id later in that boot. */
const comesBack = (said: readonly Observation[]): Verdict | undefined => {
  const out = new Map<string, Said<'role'>>();
  for (const words of said) {
    if (words.kind !== 'role' && words.kind !== 'vote') continue;
    const before = out.get(words.raftId);
    if (words.kind === 'role' && words.role === 'none') out.set(words.raftId, words);
    else if (before !== undefined)
      return broken(`${words.node} was removed, and takes part again under the same id`, [
        moment(before.at, words.node, `${words.node} is out`),
        moment(
          words.at,
          words.node,
          `${words.node} ${words.kind === 'vote' ? 'votes' : `is a ${words.role}`} in term ${words.term}`,
        ),
      ]);
  }
  return undefined;
};

/** As members with their votes, so that a promotion is one difference, and so is coming or going. */
const differences = ({ before, after }: Change): number => {
  const standing = ({ voters, learners }: Said<'membership'>) =>
    new Map<string, string>([
      ...voters.map((id) => [id, 'votes'] as const),
      ...learners.map((id) => [id, 'learns'] as const),
    ]);
  const [old, fresh] = [standing(before), standing(after)];
  return [...new Set([...old.keys(), ...fresh.keys()])].filter(
    (id) => old.get(id) !== fresh.get(id),
  ).length;
};

const members = ({ voters, learners }: Said<'membership'>): string =>
  `${voters.length} vote, ${learners.length} learn`;

const tooMany = (count: number, { before, after }: Change): Verdict => {
  const { node } = after;
  return broken(`${node} leads and changes ${count} members at a time`, [
    moment(before.at, node, `${node} knows of members: ${members(before)}`),
    moment(after.at, node, `${node} makes it: ${members(after)}`),
  ]);
};

/** Where the target says at which index a change stands. */
const tooEarly = ({ before, after, leads, committed }: Change): Verdict | undefined => {
  if (before.index === undefined || after.index === undefined) return undefined;
  const { node } = after;
  const has = committed === undefined ? 'nothing' : `everything up to index ${committed.index}`;
  const changes = moment(
    after.at,
    node,
    `${node}, which has committed ${has}, makes it at index ${after.index}: ${members(after)}`,
  );
  if (before.index > (committed?.index ?? 0))
    return broken(`${node} changes the members again before the last change is committed`, [
      moment(before.at, node, `${node} knows of a change at index ${before.index}`),
      changes,
    ]);
  if ((committed?.term ?? 0) < leads.term)
    return broken(`${node} changes the members before it has committed anything in its own term`, [
      moment(leads.at, node, `${node} leads in term ${leads.term}`),
      changes,
    ]);
  return undefined;
};
