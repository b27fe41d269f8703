import { canonical } from '../../models/canonical.ts';
import {
  looksOnly,
  type AnyModel,
  type Call,
  type Key,
  type Operation,
  type PartCall,
} from '../../models/model.ts';
import type { Meter } from './limits.ts';
import { NEVER, type Part } from './part.ts';
import { ranking } from './ranking.ts';

/** Calls that no state tells apart. */
export type CallClass = Call<unknown, unknown> & {
  readonly readOnly: boolean;
  readonly overwrites: boolean;
  /** An operation of the history that is one of them, to name in messages. */
  readonly example: number;
};

/** Unknown operations that no state tells apart, in the order of their invocations. */
export type UnknownClass = {
  readonly cls: number;
  /** Their call indexes. */
  readonly calls: readonly number[];
  /** For each, the first next-return at which it may take effect: it is invoked before that. */
  readonly since: readonly number[];
};

/**
 * A part as the search wants it. A call's index: those seen to end, 0 to `certain` - 1, in the order of
 * their returns; after them the unknown ones that may change something. "At r" means: every call below
 * r is placed, r is the next to return.
 */
export type Columns = {
  readonly certain: number;
  /** The operation of the history behind each call. */
  readonly source: Int32Array;
  readonly cls: Int32Array;
  readonly classes: readonly CallClass[];
  readonly unknown: readonly UnknownClass[];
  /** Calls seen to end, in the order of their invocations. */
  readonly byInvocation: Int32Array;
  /** At r, the first so many of `byInvocation` are invoked; `certain` + 1 entries. */
  readonly invokedAt: Int32Array;
  /** The first r at which a call is invoked. */
  readonly visibleFrom: Int32Array;
  /** A bit for each call, of its own while it is pending. */
  readonly slot: Int32Array;
  /** 32-bit words that hold all slots. */
  readonly words: number;
};

/** Calls between two looks at the clock. */
const STRETCH = 1023;

type PartOf = { readonly operations: readonly Operation[]; readonly part: Part };

/** The columns of a part; identical calls share a class. */
export function columnsOf(model: AnyModel, { operations, part }: PartOf, meter: Meter): Columns {
  const order = byReturn(part, meter);
  const certain = order.length;
  const size = part.source.length;
  const unknownMembers: number[] = [];
  for (let member = 0; member < size; member++) {
    if (part.returned[member] !== NEVER) continue;
    const { input } = operations[part.source[member]!]!;
    // Nobody saw what an unknown read saw, so it says nothing at all.
    if (!looksOnly(model, input)) unknownMembers.push(member);
  }
  const members = [...order, ...unknownMembers];
  const classes: CallClass[] = [];
  const cls = classify(model, { operations, part }, { members, certain, classes, meter });
  const indexOf = new Int32Array(size).fill(-1);
  for (let index = 0; index < certain; index++) indexOf[order[index]!] = index;
  const byInvocation = new Int32Array(certain);
  let filled = 0;
  for (const index of indexOf) if (index >= 0) byInvocation[filled++] = index;
  return {
    certain,
    source: Int32Array.from(members, (member) => part.source[member]!),
    cls,
    classes,
    unknown: unknownClasses(part, { members, order, cls }),
    byInvocation,
    ...sweep(part, { order, byInvocation }, meter),
  };
}

/** The columns' calls as a model's `viable` is given them. */
export function partCalls(columns: Columns): readonly PartCall<unknown, unknown>[] {
  return Array.from(columns.cls, (cls, index) => {
    const { input, output } = columns.classes[cls]!;
    return { input, output, certain: index < columns.certain };
  });
}

/** Members that were seen to end, by their returns. */
export function byReturn(part: Part, meter: Meter): Int32Array {
  let certain = 0;
  for (const returned of part.returned) if (returned !== NEVER) certain += 1;
  // Those that nobody saw end come last, for no rank is greater.
  return ranking(part.returned, meter).subarray(0, certain);
}

function classify(
  model: AnyModel,
  { operations, part }: PartOf,
  into: { members: readonly number[]; certain: number; classes: CallClass[]; meter: Meter },
): Int32Array {
  const known = new Map<Key, number>();
  const cls = new Int32Array(into.members.length);
  into.members.forEach((member, index) => {
    if ((index & STRETCH) === STRETCH) into.meter.check();
    const example = part.source[member]!;
    const operation = operations[example]!;
    const { input } = operation;
    const output = index < into.certain ? operation.output : undefined;
    const key = model.identify?.(input, output) ?? canonical([input, output]);
    let found = known.get(key);
    if (found === undefined) {
      found = into.classes.length;
      known.set(key, found);
      into.classes.push({
        input,
        output,
        readOnly: model.readOnly?.(input) === true,
        overwrites: model.overwrites?.(input) === true,
        example,
      });
    }
    cls[index] = found;
  });
  return cls;
}

function unknownClasses(
  part: Part,
  of: { members: readonly number[]; order: Int32Array; cls: Int32Array },
): readonly UnknownClass[] {
  const byClass = new Map<number, { cls: number; calls: number[]; since: number[] }>();
  let since = 0;
  for (let index = of.order.length; index < of.members.length; index++) {
    const invoked = part.invoked[of.members[index]!]!;
    while (since < of.order.length && returnOf(part, of.order, since) < invoked) since += 1;
    const cls = of.cls[index]!;
    const entry = byClass.get(cls) ?? { cls, calls: [], since: [] };
    byClass.set(cls, entry);
    entry.calls.push(index);
    entry.since.push(since);
  }
  return [...byClass.values()];
}

function returnOf(part: Part, order: Int32Array, index: number): number {
  return part.returned[order[index]!]!;
}

/** Goes through invocations and returns in order and hands out slots. */
function sweep(
  part: Part,
  { order, byInvocation }: { readonly order: Int32Array; readonly byInvocation: Int32Array },
  meter: Meter,
) {
  const certain = order.length;
  const invokedAt = new Int32Array(certain + 1);
  const visibleFrom = new Int32Array(certain);
  const slot = new Int32Array(certain);
  const free: number[] = [];
  let slots = 0;
  let next = 0;
  for (let r = 0; r < certain; r++) {
    if ((r & STRETCH) === STRETCH) meter.check();
    const returned = returnOf(part, order, r);
    for (; next < certain; next++) {
      const index = byInvocation[next]!;
      if (part.invoked[order[index]!]! > returned) break;
      visibleFrom[index] = r;
      slot[index] = free.pop() ?? slots++;
    }
    invokedAt[r] = next;
    free.push(slot[r]!);
  }
  invokedAt[certain] = certain;
  return { invokedAt, visibleFrom, slot, words: Math.max(1, Math.ceil(slots / 32)) };
}
