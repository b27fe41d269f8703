import {
  clientSide,
  isOfClients,
  majorityOf,
  type Link,
  type Node,
  type NodeName,
} from '../core/cluster.ts';
import { clientsWord, type Deed, type Fault, type Selection } from '../core/fault.ts';
import { unreachable } from '../core/unreachable.ts';
import type { Roles } from './roles.ts';

/** What a fault comes to at this moment: deeds, a wait for a leader, or nothing to do. */
export type Resolution =
  | { readonly result: 'deeds'; readonly deeds: readonly Deed[] }
  | { readonly result: 'wait' }
  | { readonly result: 'nothing'; readonly why: string };

export type Field = {
  readonly nodes: readonly Node[];
  /** Whether messages travel from one node to the other at all. */
  talks(from: NodeName, to: NodeName): boolean;
  readonly roles: Roles;
};

/** Thrown inside when a role has no holder yet; never leaves this file. One for all: an error of its own costs more than all the rest. */
class NobodyYet extends Error {}
const nobodyYet = new NobodyYet();

const managersOf = ({ roles }: Field): readonly NodeName[] => roles.managers();

/** Where there are workers, all of them may be managers for a while. */
const oneWorker = ({ nodes, roles }: Field): readonly NodeName[] => {
  const [first] = roles.workers();
  if (first === undefined && nodes.some(({ role }) => role === 'worker')) throw nobodyYet;
  return first === undefined ? [] : [first];
};

const holder = (name: NodeName | undefined): NodeName => {
  if (name === undefined) throw nobodyYet;
  return name;
};

const leaderOf = (field: Field): NodeName => holder(field.roles.leader());

/** The lowest-named majority that leaves the leader in the minority. */
const majority = (field: Field): readonly NodeName[] => {
  const managers = managersOf(field);
  const leader = leaderOf(field);
  const others = managers.filter((name) => name !== leader);
  const size = majorityOf(managers.length);
  return others.length >= size ? others.slice(0, size) : [...others, leader].slice(0, size);
};

/** Names of the selected nodes, in the order of the cluster, then the clients. `other`: the far side of a cut, for `rest`. */
export const select = (
  selection: Selection,
  field: Field,
  other: readonly NodeName[],
): readonly NodeName[] => {
  const inOrder = (names: readonly NodeName[]): readonly NodeName[] =>
    [...field.nodes.map((node) => node.name), clientSide].filter((name) => names.includes(name));
  if (typeof selection !== 'string') {
    return inOrder(selection.flatMap((part) => select(part, field, other)));
  }
  const names = field.nodes.map((node) => node.name);
  switch (selection) {
    case 'leader':
      return [leaderOf(field)];
    case 'followers':
    case 'follower': {
      const leader = leaderOf(field);
      const followers = field.roles.liveManagers().filter((name) => name !== leader);
      if (followers.length === 0) throw nobodyYet;
      return selection === 'follower' ? followers.slice(0, 1) : followers;
    }
    case 'voter':
      return [holder(field.roles.voter())];
    case 'promoted':
      return [holder(field.roles.promoted())];
    case 'demoted':
      return [holder(field.roles.demoted())];
    case 'majority':
      return majority(field);
    case 'minority': {
      const most = majority(field);
      return managersOf(field).filter((name) => !most.includes(name));
    }
    case 'rest':
      return names.filter((name) => !other.includes(name));
    case 'managers':
      return managersOf(field);
    case 'workers':
      return field.roles.workers();
    case 'worker':
      return oneWorker(field);
    case 'busy-worker':
      return [holder(field.roles.busyWorker())];
    case 'all':
      return names;
    case clientsWord:
      return [clientSide];
    default:
      return names.filter((name) => name === selection);
  }
};

/** Both sides of a cut; `rest` is whatever the other side does not name. */
const sides = (
  fault: { readonly from: Selection; readonly to: Selection },
  field: Field,
): { readonly from: readonly NodeName[]; readonly to: readonly NodeName[] } => {
  if (fault.from === 'rest') {
    const to = select(fault.to, field, []);
    return { from: select('rest', field, to), to };
  }
  const from = select(fault.from, field, []);
  return { from, to: select(fault.to, field, from) };
};

/** Clients reach every node, and are answered by it. */
const linked = (from: NodeName, to: NodeName, field: Field): boolean =>
  from !== to && (from === clientSide || to === clientSide || field.talks(from, to));

const linksBetween = (
  from: readonly NodeName[],
  to: readonly NodeName[],
  { field, both }: { readonly field: Field; readonly both: boolean },
): readonly Link[] => {
  const links: Link[] = [];
  const add = (a: NodeName, b: NodeName): void => {
    if (!linked(a, b, field)) return;
    if (links.some((link) => link.from === a && link.to === b)) return;
    links.push({ from: a, to: b });
  };
  for (const a of from) {
    for (const b of to) {
      add(a, b);
      if (both) add(b, a);
    }
  }
  return links;
};

const linksApart = (groups: readonly (readonly NodeName[])[], field: Field): readonly Link[] => {
  const named = [...field.nodes.map((node) => node.name), clientSide].filter((name) =>
    groups.some((group) => group.includes(name)),
  );
  const together = (a: NodeName, b: NodeName): boolean =>
    groups.some((group) => group.includes(a) && group.includes(b));
  return named.flatMap((a) =>
    named.filter((b) => !together(a, b) && linked(a, b, field)).map((b) => ({ from: a, to: b })),
  );
};

const ringLinks = (field: Field): readonly Link[] => {
  const managers = managersOf(field);
  const count = managers.length;
  const neighbours = (a: number, b: number): boolean =>
    (a + 1) % count === b || (b + 1) % count === a;
  return managers.flatMap((from, a) =>
    managers.filter((_, b) => a !== b && !neighbours(a, b)).map((to) => ({ from, to })),
  );
};

/** Links to clients have a deed of their own: that clients were turned away does not prove that nodes were, nor the other way round. */
const cutOf = (links: readonly Link[], make: (links: readonly Link[]) => Deed): Resolution => {
  const parts = [links.filter((link) => !isOfClients(link)), links.filter(isOfClients)];
  const deeds = parts.filter((part) => part.length > 0).map(make);
  return deeds.length === 0
    ? { result: 'nothing', why: 'no link runs between the nodes that it names' }
    : { result: 'deeds', deeds };
};

const onEach = (selection: Selection, field: Field, make: (node: NodeName) => Deed): Resolution => {
  const names = nodesOf(selection, field);
  return names.length === 0
    ? { result: 'nothing', why: 'it names no node of this cluster' }
    : { result: 'deeds', deeds: names.map(make) };
};

const nodesOf = (selection: Selection, field: Field): readonly NodeName[] =>
  select(selection, field, []).filter((name) => name !== clientSide);

/** Turns a fault into deeds that name nodes and links. `procedure` faults have no deeds and are not asked here. */
export const resolve = (
  fault: Exclude<Fault, { readonly kind: 'procedure' }>,
  field: Field,
): Resolution => {
  try {
    switch (fault.kind) {
      case 'cut': {
        const { from, to } = sides(fault, field);
        const links = linksBetween(from, to, { field, both: fault.direction === 'both' });
        return cutOf(links, (cut) => ({ deed: 'cut', links: cut, mode: fault.mode }));
      }
      case 'flap': {
        const { from, to } = sides(fault, field);
        const links = linksBetween(from, to, { field, both: true });
        return cutOf(links, (cut) => ({ deed: 'cut', links: cut, mode: 'drop' }));
      }
      case 'partition': {
        const groups: (readonly NodeName[])[] = [];
        for (const group of fault.groups) groups.push(select(group, field, groups.flat()));
        const links = linksApart(groups, field);
        return cutOf(links, (cut) => ({ deed: 'cut', links: cut, mode: fault.mode }));
      }
      case 'ring':
        return cutOf(ringLinks(field), (links) => ({ deed: 'cut', links, mode: fault.mode }));
      case 'delay': {
        const { from, to } = sides(fault, field);
        const links = linksBetween(from, to, { field, both: true });
        return cutOf(links, (slow) => ({ deed: 'delay', links: slow, delayMs: fault.delayMs }));
      }
      case 'kill':
        return onEach(fault.nodes, field, (node) => ({ deed: 'kill', node }));
      case 'pause':
        return onEach(fault.nodes, field, (node) => ({ deed: 'pause', node }));
      default:
        return unreachable(fault);
    }
  } catch (error) {
    if (error instanceof NobodyYet) return { result: 'wait' };
    throw error;
  }
};

/** The nodes that a procedure is about; `undefined` while a role has no holder. */
export const selectForProcedure = (
  selection: Selection | undefined,
  field: Field,
): readonly NodeName[] | undefined => {
  if (selection === undefined) return [];
  try {
    return nodesOf(selection, field);
  } catch (error) {
    if (error instanceof NobodyYet) return undefined;
    throw error;
  }
};
