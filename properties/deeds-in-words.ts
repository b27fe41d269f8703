/** What a fault did, in one line: `m1 is cut off from m2 and m3`. */
import { clientSide, type Link, type NodeName } from '../harness/core/cluster.ts';
import type { Deed } from '../harness/core/fault.ts';
import { unreachable } from '../harness/core/unreachable.ts';

export const deedsInWords = (deeds: readonly Deed[]): string =>
  [...Map.groupBy(deeds, ({ deed }) => deed).values()].map(ofOneKind).join('; ');

const ofOneKind = (deeds: readonly Deed[]): string => {
  const [deed] = deeds;
  if (deed === undefined) return '';
  const nodes = deeds.flatMap((of) => ('node' in of ? [of.node] : []));
  const links = deeds.flatMap((of) => ('links' in of ? of.links : []));
  switch (deed.deed) {
    case 'cut':
      return cutInWords(links);
    case 'delay':
      return `what ${listed(namesOn(links))} send each other takes ${deed.delayMs} ms longer`;
    case 'kill':
      return `${listed(nodes)} ${isOrAre(nodes)} killed`;
    case 'pause':
      return `${listed(nodes)} ${isOrAre(nodes)} stopped`;
    default:
      return unreachable(deed);
  }
};

const cutInWords = (links: readonly Link[]): string => {
  const from = unique(links.map((link) => link.from));
  const to = unique(links.map((link) => link.to));
  if (!from.some((name) => to.includes(name)) && from.length * to.length === links.length)
    return `nothing gets from ${namesOf(from)} to ${namesOf(to)}`;
  const [few, many, ...more] = sidesOf(links);
  return few === undefined || many === undefined || more.length > 0
    ? `links between ${listed(namesOn(links))} are cut`
    : `${namesOf(few)} ${isOrAre(few)} cut off from ${namesOf(many)}`;
};

/** Those that lose the same others stand together; the smaller side first. */
const sidesOf = (links: readonly Link[]): readonly (readonly NodeName[])[] => {
  const lost = (name: NodeName): string =>
    unique(links.flatMap(({ from, to }) => (from === name ? [to] : to === name ? [from] : [])))
      .sort()
      .join();
  return [...Map.groupBy(unique(links.flatMap(({ from, to }) => [from, to])), lost).values()].sort(
    (a, b) => a.length - b.length,
  );
};

const namesOn = (links: readonly Link[]): readonly NodeName[] =>
  unique(links.flatMap(({ from, to }) => [from, to])).map(nameOf);

const namesOf = (names: readonly NodeName[]): string => listed(names.map(nameOf));

const nameOf = (name: NodeName): string => (name === clientSide ? 'clients' : name);

const unique = (names: readonly NodeName[]): NodeName[] => [...new Set(names)];

/** `m1, m2 and m3`. */
export const listed = (names: readonly string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;

const isOrAre = ({ length }: readonly unknown[]): string => (length === 1 ? 'is' : 'are');
