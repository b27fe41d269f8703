/** Who is a manager and when, where that changes: by what operators asked for and what nodes said, never by the shape alone. */
import type { Ms, NodeName, NodeRole } from '../harness/core/cluster.ts';
import type { History, Observation, Operation } from '../harness/core/history.ts';
import { standingSaid } from '../harness/core/standing.ts';
import { chronicleOf, type Boot } from './chronicle.ts';
import { remembered } from './remembered.ts';

/** Asked for another role of a node, and perhaps heard. */
export const asksForRole = ({ operation, args, outcome }: Operation): boolean =>
  operation === 'node.update' && args.role !== undefined && outcome !== 'rejected';

/** Whoever joins as a manager later on is one more, also where nobody said yes to the demotion of the one that it was. */
const changesMembers = (asked: Operation): boolean =>
  asksForRole(asked) ||
  (asked.operation === 'swarm.join' &&
    asked.args.role === 'manager' &&
    asked.phase !== 'formation');

/** A set of voters. Those of whom no name is known count all the same. */
export type Configuration = { readonly voters: readonly NodeName[]; readonly size: number };

export type Membership = {
  /** Until then whoever the shape says is a manager; `Infinity` where nobody ever asked for a change. */
  readonly fixedUntil: Ms;
  /** As of the shape. */
  readonly first: Configuration;
  /** All that may have been in force since then, the first one included. */
  readonly configurations: readonly Configuration[];
  /** Who is a manager in the end, by its own last words. */
  readonly last: readonly NodeName[];
};

/**
 * What nodes say arrives after it happened, so no change is among the words that arrived before it was asked for; what arrives late from
 * before is one configuration more that may have been in force, which only excuses.
 */
const configurationsSince = (history: History, time: Ms): readonly Configuration[] => {
  const { roles, memberships } = chronicleOf(history);
  const names = new Map(roles.map(({ raftId, node }) => [raftId, node]));
  const known = new Map<string, Configuration>();
  for (const { at, voters } of memberships) {
    if (at < time || voters.length === 0) continue;
    const key = voters.toSorted().join();
    if (known.has(key)) continue;
    const named = voters.flatMap((voter) => names.get(voter) ?? []);
    known.set(key, { voters: named, size: voters.length });
  }
  return [...known.values()];
};

const lastManagers = (history: History): readonly NodeName[] => {
  const standings = new Map(history.nodes.map(({ name, role }) => [name, role]));
  for (const boot of chronicleOf(history).boots) {
    const standing = boot.said.findLast((words) => standingSaid(words) !== undefined);
    // Whoever was killed while it became a manager may come back as the worker that it was on its disk.
    const role = standing === undefined ? roleAtFirst(boot) : standingSaid(standing);
    if (role !== undefined) standings.set(boot.node, role);
  }
  return history.nodes.map(({ name }) => name).filter((name) => standings.get(name) === 'manager');
};

export const membershipOf = remembered((history): Membership => {
  const voters = history.nodes.filter(({ role }) => role === 'manager').map(({ name }) => name);
  const first = { voters, size: voters.length };
  const fixedUntil = history.operations.find(changesMembers)?.invokedAt ?? Infinity;
  const later = fixedUntil === Infinity ? [] : configurationsSince(history, fixedUntil);
  return {
    fixedUntil,
    first,
    configurations: [first, ...later],
    last: lastManagers(history),
  };
});

/** What the node was by its own key file when this boot began; `undefined`: it did not say. */
const roleAtFirst = ({ said }: Boot): NodeRole | undefined => {
  const words = said.find(({ kind }) => kind === 'boot');
  if (words?.kind !== 'boot' || words.nodeId === undefined) return undefined;
  return words.raftId === undefined ? 'worker' : 'manager';
};

/** Asked a node to leave the swarm, and was perhaps heard. */
export const asksToLeave = ({ operation, outcome }: Operation): boolean =>
  operation === 'swarm.leave' && outcome !== 'rejected';

/** How many nodes of this name the swarm was asked by then to take off its list, and perhaps did. */
export const removalsOf = (node: NodeName, until: Ms, { operations }: History): number => {
  const removed = operations.filter(
    ({ operation, args, outcome, invokedAt }) =>
      operation === 'node.remove' &&
      args.name === node &&
      outcome !== 'rejected' &&
      invokedAt < until,
  );
  return new Set(removed.map(({ args }) => args.id)).size;
};

/** Who is in no swarm because its way back into it was given up: it left or was taken off the list, and was not asked to join since. */
export const leftOutside = remembered(({ operations }: History): ReadonlySet<NodeName> => {
  const outside = new Set<NodeName>();
  for (const asked of operations) {
    const { operation, args, outcome } = asked;
    if (asksToLeave(asked)) outside.add(asked.node);
    if (typeof args.name !== 'string') continue;
    if (operation === 'node.remove' && outcome !== 'rejected') outside.add(args.name);
    if (operation === 'swarm.join') outside.delete(args.name);
  }
  return outside;
});

/** Whether the node was asked to leave the swarm before this boot: one that says of no swarm may be in none. */
const mayHaveLeft = ({ node, said: [first] }: Boot, { operations }: History): boolean =>
  operations.some(
    (asked) =>
      asksToLeave(asked) && asked.node === node && asked.invokedAt < (first?.at ?? Infinity),
  );

/** Whether the node was a manager when this boot began: by its own key file, and by the shape where it did not say and never left. */
export const beganAsManager = (boot: Boot, history: History): boolean => {
  const role = roleAtFirst(boot);
  if (role !== undefined) return role === 'manager';
  return isVoterAtFirst(boot, history) && !mayHaveLeft(boot, history);
};

const isVoterAtFirst = ({ node }: Boot, history: History): boolean =>
  membershipOf(history).first.voters.includes(node);

/**
 * Whether the node surely was a worker when this boot began. Its own key file says so only once a demotion has reached its disk, whatever
 * the swarm knew before.
 */
export const surelyBeganAsWorker = (boot: Boot): boolean => roleAtFirst(boot) === 'worker';

/**
 * What a boot said, in parts: whoever is taken out and let in again begins anew, under another id and with an empty log, and applies
 * everything once more.
 */
export const replicasOf = ({ said }: Boot): readonly (readonly Observation[])[] => {
  const parts: Observation[][] = [];
  let id: string | undefined;
  let part: Observation[] = [];
  for (const words of said) {
    if (words.kind === 'role' && words.raftId !== id) {
      if (part.length > 0) parts.push(part);
      part = [];
      id = words.raftId;
    }
    part.push(words);
  }
  parts.push(part);
  return parts;
};
