/** Who could surely not reach whom, and for how long: from fault records, deaths and locks, never from what nodes say. */
import { majorityOf, type Link, type Ms, type NodeName } from '../../harness/core/cluster.ts';
import type { Deed } from '../../harness/core/fault.ts';
import type { FaultRecord, History } from '../../harness/core/history.ts';
import { unreachable } from '../../harness/core/unreachable.ts';
import { lockedSpans } from '../autolock/locked-spans.ts';
import { chronicleOf } from '../chronicle.ts';
import { membershipOf, type Configuration } from '../membership.ts';
import { remembered } from '../remembered.ts';

/** Something that surely lasted from `from` (its last confirmation) to `to` (the first call that ended it). */
export type Hindrance = {
  readonly from: Ms;
  readonly to: Ms;
  /** Pairs of managers that cannot exchange messages both ways: for each manager a set of others, as bits. */
  readonly apart: readonly number[];
  /** Managers that are dead, stopped or locked, as bits. */
  readonly absent: number;
  /** `undefined`: a lock, which is no fault by itself. */
  readonly fault: FaultRecord | undefined;
};

export type Reachability = {
  readonly hindrances: readonly Hindrance[];
  /** Those that surely lasted through the whole interval, as indexes. */
  during(from: Ms, to: Ms): readonly number[];
  /** Those that may have lasted for a part of it, as indexes. */
  touching(from: Ms, to: Ms): readonly number[];
  /**
   * Whether there is some manager L, mutually reachable from this one and from a majority of live, unlocked managers, L included,
   * while these hindrances last. Managers are those of the shape, or of any configuration that may have been in force by `until`.
   */
  mayAcknowledge(manager: NodeName, hindered: readonly number[], until: Ms): boolean;
  /** Whether this manager itself is there and surely mutually reachable from a majority of live, unlocked managers, itself included. */
  hasMajority(manager: NodeName, hindered: readonly number[]): boolean;
  /** The managers that this one surely does not reach while these last, itself where it is absent, and what keeps it from each. */
  outOfReach(manager: NodeName, hindered: readonly number[]): readonly OutOfReach[];
  /** Managers that are absent, or apart from some other, in one of these. */
  hinderedManagers(hindered: readonly number[]): readonly NodeName[];
};

export type OutOfReach = {
  readonly node: NodeName;
  readonly why: 'cut off' | 'down' | 'stopped' | 'locked';
};

const none: readonly number[] = Object.freeze([]);

/** A configuration as bits, and how many of them decide. */
type Electorate = { readonly voters: number; readonly majority: number };

/** Sets of managers are bits of one integer. */
const managersMax = 31;

const bitsIn = (set: number): number => {
  let count = 0;
  for (let rest = set; rest !== 0; rest &= rest - 1) count += 1;
  return count;
};

const hindrancesOf = (history: History, places: ReadonlyMap<NodeName, number>): Hindrance[] => {
  const hindrances: Hindrance[] = [];
  const nobodyApart = Array.from(places, () => 0);
  const absent = (node: NodeName, fault: FaultRecord | undefined, from: Ms, to: Ms): void => {
    const place = places.get(node);
    if (place === undefined || to <= from) return;
    hindrances.push({ from, to, apart: nobodyApart, absent: 1 << place, fault });
  };
  for (const fault of chronicleOf(history).bitten) {
    const { begunAt: from, endAt: to = history.phases.endAt } = fault;
    if (from === undefined) continue;
    for (const deed of fault.deeds) {
      switch (deed.deed) {
        case 'cut':
          hindrances.push({ from, to, apart: apartBy(deed.links, places), absent: 0, fault });
          break;
        case 'kill':
        case 'pause':
          absent(deed.node, fault, from, endOfAbsence(deed, { history, fault, to }));
          break;
        case 'delay':
          break;
        default:
          unreachable(deed);
      }
    }
  }
  for (const { node, from, to } of lockedSpans(history)) absent(node, undefined, from, to);
  return hindrances;
};

/** A manager that is absent without a fault is locked. */
const absenceOf = ({ fault }: Hindrance): OutOfReach['why'] => {
  if (fault === undefined) return 'locked';
  return fault.fault.kind === 'pause' ? 'stopped' : 'down';
};

const apartBy = (
  links: readonly Link[],
  places: ReadonlyMap<NodeName, number>,
): readonly number[] => {
  const apart = Array.from(places, () => 0);
  for (const link of links) {
    const a = places.get(link.from);
    const b = places.get(link.to);
    if (a === undefined || b === undefined) continue;
    apart[a] = (apart[a] ?? 0) | (1 << b);
    apart[b] = (apart[b] ?? 0) | (1 << a);
  }
  return apart;
};

/**
 * Whoever starts a killed node ends its absence, and a kill ends a pause, as does whoever lets the node go on: another fault or a
 * procedure may come before the lease's end.
 */
const endOfAbsence = (
  { deed, node }: Deed & { readonly deed: 'kill' | 'pause' },
  {
    history,
    fault,
    to,
  }: { readonly history: History; readonly fault: FaultRecord; readonly to: Ms },
): Ms => {
  const ending = history.lifecycle.find(
    ({ node: of, event, at }) =>
      of === node &&
      at >= (fault.beginAt ?? to) &&
      (event === 'started' || (deed === 'pause' && event !== 'paused')),
  );
  return Math.min(to, ending?.at ?? to);
};

export const reachabilityOf = remembered((history): Reachability => {
  const { managers } = chronicleOf(history);
  const places = new Map(managers.slice(0, managersMax).map((name, place) => [name, place]));
  const hindrances = hindrancesOf(history, places);
  const all = places.size === managersMax ? 0x7fffffff : (1 << places.size) - 1;
  const { first, fixedUntil, configurations } = membershipOf(history);
  const electorateOf = ({ voters, size }: Configuration): Electorate => ({
    voters: voters.reduce((bits, name) => bits | (1 << (places.get(name) ?? managersMax)), 0) & all,
    majority: majorityOf(size),
  });
  const initial = [electorateOf(first)];
  const any = configurations.map(electorateOf);
  const answers = new Map<string, number>();

  /** The present managers that this one exchanges messages with, itself included, as bits; 0 where it is absent. */
  const company = (place: number, hindered: readonly number[]): number => {
    let present = all;
    let sees = all;
    for (const at of hindered) {
      present &= ~(hindrances[at]?.absent ?? 0);
      sees &= ~(hindrances[at]?.apart[place] ?? 0);
    }
    return (present & (1 << place)) === 0 ? 0 : sees & present;
  };

  const leads = (place: number, hindered: readonly number[], { voters, majority }: Electorate) =>
    (voters & (1 << place)) !== 0 && bitsIn(company(place, hindered) & voters) >= majority;

  /** The managers that may acknowledge while these hindrances last, as bits. */
  const acknowledging = (hindered: readonly number[], until: Ms): number => {
    const changed = until >= fixedUntil;
    const electorates = changed ? any : initial;
    const key = `${changed ? 'any' : ''} ${hindered.join()}`;
    const before = answers.get(key);
    if (before !== undefined) return before;
    let may = 0;
    for (let leader = 0; leader < places.size; leader += 1) {
      if (!electorates.some((electorate) => leads(leader, hindered, electorate))) continue;
      let sees = all;
      for (const at of hindered) sees &= ~(hindrances[at]?.apart[leader] ?? 0);
      may |= sees;
    }
    answers.set(key, may);
    return may;
  };

  return {
    hindrances,
    during(from, to) {
      let lasting: number[] | undefined;
      for (let at = 0; at < hindrances.length; at += 1) {
        const hindrance = hindrances[at];
        if (hindrance === undefined || hindrance.from > from || hindrance.to < to) continue;
        lasting ??= [];
        lasting.push(at);
      }
      return lasting ?? none;
    },
    touching(from, to) {
      const touching: number[] = [];
      hindrances.forEach((hindrance, at) => {
        if (hindrance.from <= to && hindrance.to >= from) touching.push(at);
      });
      return touching;
    },
    hasMajority(manager, hindered) {
      const place = places.get(manager);
      return place !== undefined && any.every((electorate) => leads(place, hindered, electorate));
    },
    outOfReach(manager, hindered) {
      const own = 1 << (places.get(manager) ?? managersMax);
      const found = new Map<NodeName, OutOfReach['why']>();
      for (const [node, place] of places)
        for (const at of hindered) {
          const hindrance = hindrances[at];
          if (hindrance === undefined) continue;
          if ((hindrance.absent & (1 << place)) !== 0) found.set(node, absenceOf(hindrance));
          else if (((hindrance.apart[place] ?? 0) & own) !== 0 && !found.has(node))
            found.set(node, 'cut off');
        }
      return Array.from(found, ([node, why]) => ({ node, why }));
    },
    hinderedManagers: (hindered) =>
      managers.filter((_, place) =>
        hindered.some((at) => {
          const hindrance = hindrances[at];
          return (
            hindrance !== undefined &&
            ((hindrance.absent & (1 << place)) !== 0 || hindrance.apart[place] !== 0)
          );
        }),
      ),
    mayAcknowledge(manager, hindered, until) {
      const place = places.get(manager);
      if (place === undefined || hindered.length === 0) return true;
      return (acknowledging(hindered, until) & (1 << place)) !== 0;
    },
  };
});
