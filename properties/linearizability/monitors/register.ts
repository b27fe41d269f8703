import type { Key, RegisterRole } from '../../../models/model.ts';
import type { Meter } from '../limits.ts';
import { NEVER, type Part } from '../part.ts';
import { ranking } from '../ranking.ts';
import { withUnconstrained, type Finding } from './finding.ts';

/** The writer of the value that the register holds at first. */
const INITIAL = -1;
const NOBODY = -2;
const SEVERAL = -3;

/**
 * Judges a register where every value that was observed has one possible writer, in n log n.
 *
 * A write and the reads of its value form a cluster, and nothing else may happen between them; a
 * successful compare-and-set joins two clusters into a block whose inner order is given. Block A must
 * come before block B if something in A returned before something in B was invoked. No longer cycle
 * exists where no two blocks must each come before the other.
 *
 * @source Gibbons & Korach, Testing Shared Memories, SIAM J. Comput. 26 (1997), §4: zones;
 * Lee & Mathur, Efficient Linearizability Monitoring, arXiv 2410.04581.
 */
export function monitorRegister(
  part: Part,
  of: {
    readonly initial: Key;
    /** Of a member of the part; undefined: this monitor cannot judge it. */
    readonly role: (member: number) => RegisterRole | undefined;
  },
  meter: Meter,
): Finding | undefined {
  const size = part.source.length;
  const values = new Map<Key, number>([[of.initial, 0]]);
  const writerOf: number[] = [INITIAL];
  const reads = new Int32Array(size).fill(-1);
  const writes = new Int32Array(size).fill(-1);
  const idOf = (key: Key): number => {
    const known = values.get(key);
    if (known !== undefined) return known;
    values.set(key, writerOf.length);
    return writerOf.push(NOBODY) - 1;
  };
  for (let member = 0; member < size; member++) {
    if ((member & 4095) === 0 && meter.over()) return { verdict: 'stopped' };
    const role = of.role(member);
    if (role === undefined) return undefined;
    if (role.reads !== undefined) reads[member] = idOf(role.reads);
    if (role.writes !== undefined) {
      const value = idOf(role.writes);
      writes[member] = value;
      writerOf[value] = writerOf[value] === NOBODY ? member : SEVERAL;
    }
  }
  const happened = whatHappened(part, { reads, writes, writerOf });
  if (happened === 'not for this monitor') return undefined;
  if (typeof happened === 'number') return { verdict: 'fail', by: happened };
  meter.check();
  const blocks = blocksOf(part, { reads, writes, writerOf, happened }, meter);
  if (typeof blocks === 'number') return { verdict: 'fail', by: blocks };
  const sorted = sortedBlocks(blocks, meter);
  if (typeof sorted === 'number') return { verdict: 'fail', by: sorted };
  const order: number[] = [];
  for (const block of sorted) {
    for (let at = blocks.from[block]!; at < blocks.from[block + 1]!; at++) {
      order.push(blocks.members[at]!);
    }
  }
  const free: number[] = [];
  for (let member = 0; member < size; member++) {
    if (reads[member] === -1 && writes[member] === -1 && part.returned[member] !== NEVER) {
      free.push(member);
    }
  }
  return { verdict: 'pass', order: withUnconstrained(part, { order, free }, meter) };
}

type Roles = {
  /** By member: the value it reads or writes, -1 where none. */
  readonly reads: Int32Array;
  readonly writes: Int32Array;
  /** By value: the one member that may have written it, or one of the constants above. */
  readonly writerOf: readonly number[];
};

/**
 * By member: whether it took effect. An unknown operation did if its value was observed; otherwise it
 * is left out, which is always allowed. A number: this return, of a value that nobody wrote, is wrong.
 */
function whatHappened(part: Part, { reads, writes, writerOf }: Roles) {
  const size = part.source.length;
  const happened = new Uint8Array(size);
  const observed = new Uint8Array(writerOf.length);
  const queue: number[] = [];
  let impossible: number = NEVER;
  let ambiguous = 0;
  const observe = (value: number, by: number) => {
    if (writerOf[value] === NOBODY) impossible = Math.min(impossible, by);
    else if (writerOf[value] === SEVERAL) ambiguous += 1;
    else if (observed[value] === 0) queue.push(value);
    observed[value] = 1;
  };
  for (let member = 0; member < size; member++) {
    const returned = part.returned[member]!;
    if (returned === NEVER) continue;
    happened[member] = 1;
    if (reads[member] !== -1) observe(reads[member]!, returned);
  }
  for (let value = queue.pop(); value !== undefined; value = queue.pop()) {
    const writer = writerOf[value]!;
    if (writer === INITIAL || happened[writer] === 1) continue;
    happened[writer] = 1;
    if (writes[writer] !== -1 && reads[writer] !== -1) observe(reads[writer]!, NEVER - 1);
  }
  if (impossible !== NEVER) return impossible;
  return ambiguous > 0 ? 'not for this monitor' : happened;
}

type Blocks = {
  /** Members of block b: `members[from[b]]` up to `members[from[b + 1]]`, in their order. */
  readonly members: Int32Array;
  readonly from: Int32Array;
  /** The first return and the last invocation in each block. */
  readonly firstReturn: Int32Array;
  readonly lastInvoked: Int32Array;
};

/** Clusters, contracted along compare-and-sets. A number: at this return no block can be built. */
function blocksOf(
  part: Part,
  of: Roles & { readonly happened: Uint8Array },
  meter: Meter,
): Blocks | number {
  const size = part.source.length;
  // A cluster is named by its writer's member plus one; 0 is that of the initial value.
  const firstReader = new Int32Array(size + 1).fill(-1);
  const nextReader = new Int32Array(size).fill(-1);
  const successor = new Int32Array(size + 1).fill(-1);
  const heads: number[] = [0];
  let wrong = NEVER;
  let clusters = 1;
  for (let member = size - 1; member >= 0; member--) {
    if (of.happened[member] === 0) continue;
    const [read, written] = [of.reads[member]!, of.writes[member]!];
    if (written !== -1) clusters += 1;
    if (read === -1) {
      if (written !== -1) heads.push(member + 1);
      continue;
    }
    const cluster = of.writerOf[read]! + 1;
    if (written === -1) {
      nextReader[member] = firstReader[cluster]!;
      firstReader[cluster] = member;
    } else if (successor[cluster] === -1) {
      successor[cluster] = member + 1;
    } else {
      // Two of them found the same one write.
      const other = successor[cluster]! - 1;
      const both = Math.max(part.returned[member]!, part.returned[other]!);
      wrong = Math.min(wrong, both, NEVER - 1);
    }
  }
  if (wrong !== NEVER) return wrong;
  const members = new Int32Array(size);
  const from = new Int32Array(heads.length + 1);
  const firstReturn = new Int32Array(heads.length);
  const lastInvoked = new Int32Array(heads.length);
  let filled = 0;
  let visited = 0;
  meter.check();
  for (let block = 0; block < heads.length; block++) {
    if ((block & 65_535) === 65_535) meter.check();
    const head = heads[block]!;
    let [first, last] = head === 0 ? [-1, -2] : [NEVER, -1];
    const add = (member: number) => {
      members[filled++] = member;
      first = Math.min(first, part.returned[member]!);
    };
    for (let cluster = head; cluster !== -1; cluster = successor[cluster]!) {
      visited += 1;
      if (cluster !== 0) {
        // The writer comes after all that precedes it in the block.
        const writer = cluster - 1;
        if (part.returned[writer]! < last)
          wrong = Math.min(
            wrong,
            lateBy(part, members, from[block]!, filled, part.returned[writer]!),
          );
        add(writer);
        last = Math.max(last, part.invoked[writer]!);
      }
      const before = last;
      for (let reader = firstReader[cluster]!; reader !== -1; reader = nextReader[reader]!) {
        const returned = part.returned[reader]!;
        if (returned < before)
          wrong = Math.min(wrong, lateBy(part, members, from[block]!, filled, returned));
        add(reader);
        last = Math.max(last, part.invoked[reader]!);
      }
    }
    from[block + 1] = filled;
    firstReturn[block] = first;
    lastInvoked[block] = last;
  }
  if (wrong !== NEVER) return wrong;
  // Compare-and-sets that found each other's values in a circle are in no block.
  if (visited !== clusters) return NEVER - 1;
  return { members, from, firstReturn, lastInvoked };
}

/** The rank by which it shows that something in a block returned before an earlier one was invoked. */
function lateBy(
  part: Part,
  members: Int32Array,
  from: number,
  to: number,
  returned: number,
): number {
  let by = NEVER - 1;
  for (let at = from; at < to; at++) {
    const member = members[at]!;
    if (part.invoked[member]! > returned) by = Math.min(by, part.returned[member]!);
  }
  return Math.max(by, returned);
}

/**
 * Blocks in an order that keeps real time. One whose zone is forward (its first return before its last
 * invocation) holds the register all that time; a backward one needs one instant of its own.
 * A number: by this return two blocks must each come before the other.
 */
function sortedBlocks({ firstReturn, lastInvoked }: Blocks, meter: Meter): Int32Array | number {
  const count = firstReturn.length;
  // The initial value was there before the first rank.
  const returns = new Uint32Array(count);
  for (let block = 0; block < count; block++) returns[block] = firstReturn[block]! + 1;
  const forward = ranking(returns, meter).filter(
    (block) => firstReturn[block]! < lastInvoked[block]!,
  );
  let wrong = NEVER;
  for (let at = 1; at < forward.length; at++) {
    const end = lastInvoked[forward[at - 1]!]!;
    const start = firstReturn[forward[at]!]!;
    if (start < end) wrong = Math.min(wrong, NEVER - 1);
  }
  if (wrong !== NEVER) return wrong;
  const starts = forward.map((block) => firstReturn[block]!);
  meter.check();
  // Twice the instant, so that there is room right after each; from that of the initial value on.
  const point = new Float64Array(count);
  for (let block = 0; block < count; block++) {
    const [first, last] = [firstReturn[block]!, lastInvoked[block]!];
    if (first < last) {
      point[block] = 2 * first + 4;
      continue;
    }
    const holder = forward[lastAtMost(starts, last)];
    const until = holder === undefined ? -Infinity : lastInvoked[holder]!;
    // Inside a forward zone: its instant comes right after that one's end, if it lasts so long.
    if (until > last && first < until) return NEVER - 1;
    point[block] = until > last ? 2 * until + 5 : 2 * last + 4;
  }
  return ranking(point, meter);
}

/** The last position whose value is at most `limit`; -1 where none is. */
function lastAtMost(ascending: Int32Array, limit: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle]! <= limit) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
