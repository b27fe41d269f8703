import type { Key, QueueRole, PartCall } from '../../../models/model.ts';
import type { Meter } from '../limits.ts';
import { NEVER, type Part } from '../part.ts';
import { ranking } from '../ranking.ts';
import type { Finding } from './finding.ts';

/** A value: who put it in, who took it out, and between which instants each must take effect. */
type Item = {
  readonly put: number;
  /** -1 where nobody took it. */
  readonly take: number;
  putFrom: number;
  putBy: number;
  takeFrom: number;
  takeBy: number;
};

/**
 * Judges a first-in-first-out queue where no value was put in twice and every dequeue was seen to end.
 *
 * A dequeue that found nothing needs an instant at which no value surely is inside; there the history
 * falls in two. What remains are two orders of values that must agree: one value comes before another
 * if it surely went in, or surely came out, before it. Where no value can come next, every one waits
 * for another.
 *
 * @source Lee & Mathur, Efficient Linearizability Monitoring, arXiv 2410.04581, queues;
 * Henzinger, Sezgin & Vafeiadis, Aspect-Oriented Linearizability Proofs, CONCUR 2013.
 */
export function monitorQueue(
  part: Part,
  of: {
    readonly call: (member: number) => PartCall<unknown, unknown>;
    readonly role: (call: PartCall<unknown, unknown>) => QueueRole | undefined;
  },
  meter: Meter,
): Finding | undefined {
  const puts = new Map<Key, number>();
  const takes = new Map<Key, number>();
  const empties: number[] = [];
  let twice = NEVER;
  for (let member = 0; member < part.source.length; member++) {
    if ((member & 1023) === 0 && meter.over()) return { verdict: 'stopped' };
    const role = of.role(of.call(member));
    if (role === undefined) return undefined;
    if (role.puts !== undefined) {
      if (puts.has(role.puts)) return undefined;
      puts.set(role.puts, member);
    } else if (role.takes !== undefined) {
      const other = takes.get(role.takes);
      const latest = Math.max(part.returned[other ?? member]!, part.returned[member]!);
      if (other !== undefined) twice = Math.min(twice, latest);
      takes.set(role.takes, member);
    } else {
      empties.push(member);
    }
  }
  if (twice !== NEVER) return { verdict: 'fail', by: twice };
  const items = itemsOf(part, puts, takes);
  if (typeof items === 'number') return { verdict: 'fail', by: items };
  const cuts = cutsOf(part, { items, empties }, meter);
  if (cuts === undefined) return { verdict: 'fail', by: NEVER - 1 };
  keepToCuts(items, cuts);
  const order = inOrder(items, meter);
  if (order === 'stopped') return { verdict: 'stopped' };
  if (order === undefined) return { verdict: 'fail', by: NEVER - 1 };
  return { verdict: 'pass', order: scheduled(order, cuts, meter) };
}

/** A number: by this return a value came out that nobody can have put in. */
function itemsOf(part: Part, puts: Map<Key, number>, takes: Map<Key, number>): Item[] | number {
  const items: Item[] = [];
  let wrong = NEVER;
  for (const [key, take] of takes) {
    const put = puts.get(key);
    const takeBy = part.returned[take]!;
    if (put === undefined || part.invoked[put]! > takeBy) wrong = Math.min(wrong, takeBy);
  }
  if (wrong !== NEVER) return wrong;
  for (const [key, put] of puts) {
    const take = takes.get(key) ?? -1;
    // Never seen to end and never taken out: it may as well not have happened.
    if (take === -1 && part.returned[put] === NEVER) continue;
    const putFrom = part.invoked[put]!;
    const takeBy = take === -1 ? NEVER : part.returned[take]!;
    items.push({
      put,
      take,
      putFrom,
      putBy: Math.min(part.returned[put]!, takeBy),
      takeFrom: take === -1 ? NEVER : Math.max(part.invoked[take]!, putFrom),
      takeBy,
    });
  }
  return items;
}

/** An instant at which the queue was empty, and the dequeues that found it so. */
type Cut = { readonly at: number; readonly empties: number[] };

/** For each dequeue that found nothing, its first instant at which no value surely is inside. */
function cutsOf(
  part: Part,
  { items, empties }: { readonly items: readonly Item[]; readonly empties: readonly number[] },
  meter: Meter,
): Cut[] | undefined {
  const inside = items
    .filter(({ putBy, takeFrom }) => putBy < takeFrom)
    .sort(meter.watched((a, b) => a.putBy - b.putBy));
  const cuts = new Map<number, Cut>();
  let next = 0;
  let until = -1;
  for (const member of empties) {
    // In the order of invocations: what began to be inside before this one stays in `until`.
    meter.check();
    const from = part.invoked[member]!;
    let at = from + 0.5;
    let probe = next;
    let covered = until;
    for (; probe < inside.length && inside[probe]!.putBy < Math.max(at, covered); probe++) {
      covered = Math.max(covered, inside[probe]!.takeFrom);
    }
    while (next < inside.length && inside[next]!.putBy < from) {
      until = Math.max(until, inside[next]!.takeFrom);
      next += 1;
    }
    if (covered > at) at = covered + 0.5;
    if (at > part.returned[member]!) return undefined;
    const cut = cuts.get(at);
    if (cut === undefined) cuts.set(at, { at, empties: [member] });
    else cut.empties.push(member);
  }
  return [...cuts.values()].sort((a, b) => a.at - b.at);
}

/** A value that surely went in before a cut came out before it; every other one went in after it. */
function keepToCuts(items: readonly Item[], cuts: readonly Cut[]): void {
  if (cuts.length === 0) return;
  for (const item of items) {
    // The first cut after which it cannot go in any more.
    let low = 0;
    let high = cuts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (cuts[middle]!.at < item.putBy) low = middle + 1;
      else high = middle;
    }
    const before = cuts[low]?.at ?? Infinity;
    const after = cuts[low - 1]?.at ?? -Infinity;
    item.putFrom = Math.max(item.putFrom, after);
    item.takeFrom = Math.max(item.takeFrom, item.putFrom);
    item.takeBy = Math.min(item.takeBy, before);
    item.putBy = Math.min(item.putBy, item.takeBy);
  }
}

/** Repeatedly the value for which no other one surely went in or came out before. */
function inOrder(items: readonly Item[], meter: Meter): readonly Item[] | undefined | 'stopped' {
  const sorted = (field: 'putFrom' | 'putBy' | 'takeFrom' | 'takeBy') => {
    // Cuts are halfway between two ranks.
    const instants = new Float64Array(items.length);
    for (let at = 0; at < items.length; at++) instants[at] = 2 * items[at]![field];
    return Array.from(ranking(instants, meter), (at) => items[at]!);
  };
  const [byPutFrom, byPutBy] = [sorted('putFrom'), sorted('putBy')];
  const [byTakeFrom, byTakeBy] = [sorted('takeFrom'), sorted('takeBy')];
  const done = new Set<Item>();
  const half = new Set<Item>();
  const ready: Item[] = [];
  const order: Item[] = [];
  const at = { putFrom: 0, putBy: 0, takeFrom: 0, takeBy: 0 };
  const admit = (item: Item) => {
    if (half.has(item)) ready.push(item);
    else half.add(item);
  };
  while (order.length < items.length) {
    if ((order.length & 1023) === 0 && meter.over()) return 'stopped';
    while (done.has(byPutBy[at.putBy]!)) at.putBy += 1;
    while (done.has(byTakeBy[at.takeBy]!)) at.takeBy += 1;
    const putBound = byPutBy[at.putBy]!.putBy;
    const takeBound = byTakeBy[at.takeBy]!.takeBy;
    for (; (byPutFrom[at.putFrom]?.putFrom ?? Infinity) <= putBound; at.putFrom++) {
      admit(byPutFrom[at.putFrom]!);
    }
    for (; (byTakeFrom[at.takeFrom]?.takeFrom ?? Infinity) <= takeBound; at.takeFrom++) {
      admit(byTakeFrom[at.takeFrom]!);
    }
    const item = ready.pop();
    if (item === undefined) return undefined;
    done.add(item);
    order.push(item);
  }
  return order;
}

/** Every call at its earliest instant that keeps the order of values; puts and takes are two queues. */
function scheduled(order: readonly Item[], cuts: readonly Cut[], meter: Meter): readonly number[] {
  const events: {
    readonly at: number;
    readonly rank: number;
    readonly members: readonly number[];
  }[] = cuts.map(({ at, empties }) => ({ at, rank: 0, members: empties }));
  let put = -1;
  let take = -1;
  order.forEach((item, index) => {
    put = Math.max(put, item.putFrom);
    events.push({ at: put, rank: 2 * index + 1, members: [item.put] });
    if (item.take === -1) return;
    take = Math.max(take, item.takeFrom, put);
    events.push({ at: take, rank: 2 * index + 2, members: [item.take] });
  });
  events.sort(meter.watched((a, b) => a.at - b.at || a.rank - b.rank));
  return events.flatMap(({ members }) => members);
}
