import type { AnyModel, Key, Operation } from '../../models/model.ts';
import type { Meter } from './limits.ts';

/** The rank of a return that nobody saw. */
export const NEVER = 0x7fffffff;

/**
 * The operations on one object, in the order of their invocations. Instants are ranks: integers in
 * the order of events, an invocation before a return of the same instant, so that those overlap.
 */
export type Part = {
  readonly key: Key | undefined;
  /** Which operation of the history each call is. */
  readonly source: Int32Array;
  readonly invoked: Int32Array;
  /** {@link NEVER} where the operation ended `unknown`. */
  readonly returned: Int32Array;
};

/** The history could not be judged as given. */
export type Malformed = { readonly operation: number; readonly why: string };

/** Splits a history into its objects; rejected operations are dropped, for they did not happen. */
export function partsOf(
  model: AnyModel,
  operations: readonly Operation[],
  meter: Meter,
): readonly Part[] | Malformed {
  let ranks = positions(operations, meter);
  if (ranks === undefined) {
    const malformed = firstMalformed(operations, meter);
    if (malformed !== undefined) return malformed;
    ranks = rank(operations, meter);
  }
  const groups = grouped(model, { operations, inOrder: ranks.inOrder }, meter);
  const parts: Part[] = [];
  for (const [key, members] of groups) {
    meter.check();
    const size = members.length;
    const [source, invoked] = [new Int32Array(size), new Int32Array(size)];
    const returned = new Int32Array(size);
    for (let member = 0; member < size; member++) {
      const index = members[member]!;
      source[member] = index;
      invoked[member] = ranks.invoked[index]!;
      returned[member] = ranks.returned[index]!;
    }
    parts.push({ key, source, invoked, returned });
  }
  return parts;
}

/** Operations between two looks at the clock. */
const STRETCH = 4095;

function firstMalformed(operations: readonly Operation[], meter: Meter): Malformed | undefined {
  for (let index = 0; index < operations.length; index++) {
    if ((index & STRETCH) === STRETCH) meter.check();
    const { outcome, invoked, returned } = operations[index]!;
    if (Number.isNaN(invoked)) return { operation: index, why: 'its invocation has no instant' };
    if (outcome === 'ok' && !(returned !== undefined && returned >= invoked)) {
      return { operation: index, why: 'it does not return at or after its invocation' };
    }
  }
  return undefined;
}

/** Members by object, each in the order of invocations; one group where a call spans objects. */
function grouped(
  model: AnyModel,
  { operations, inOrder }: { operations: readonly Operation[]; inOrder: Int32Array },
  meter: Meter,
): Map<Key | undefined, ArrayLike<number>> {
  const groups = new Map<Key | undefined, number[]>();
  const whole = () => new Map([[undefined, inOrder]]);
  if (inOrder.length === 0) return groups;
  if (model.partition === undefined) return whole();
  for (let at = 0; at < inOrder.length; at++) {
    if ((at & STRETCH) === STRETCH) meter.check();
    const index = inOrder[at]!;
    const key = model.partition(operations[index]!.input);
    if (key === undefined) return whole();
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [index]);
    else group.push(index);
  }
  return groups;
}

type Ranks = {
  /** The operations that count, in the order of their invocations. */
  readonly inOrder: Int32Array;
  /** By operation. */
  readonly invoked: Int32Array;
  readonly returned: Int32Array;
};

/**
 * The ranks of a history whose instants are positions in a file: small integers, no two alike, invocations in order.
 * Those are ranks as they are, and most files are judged before any code is warm. Undefined where it is not so.
 */
function positions(operations: readonly Operation[], meter: Meter): Ranks | undefined {
  const places = 4 * operations.length + 64;
  // The last one is invoked last, so where it is no such place, the whole is none.
  if (!((operations.at(-1)?.invoked ?? 0) < places)) return undefined;
  const invokedAt = new Int32Array(operations.length);
  const returnedAt = new Int32Array(operations.length).fill(NEVER);
  const inOrder = new Int32Array(operations.length);
  const taken = new Uint8Array(places);
  let count = 0;
  let last = -1;
  for (let index = 0; index < operations.length; index++) {
    if ((index & STRETCH) === STRETCH) meter.check();
    const { outcome, invoked, returned } = operations[index]!;
    if (!(invoked > last)) return undefined;
    last = invoked;
    if (outcome === 'rejected') continue;
    // Of anything but a small integer, nothing is there.
    if (taken[invoked] !== 0) return undefined;
    taken[invoked] = 1;
    invokedAt[index] = invoked;
    inOrder[count++] = index;
    if (outcome !== 'ok') continue;
    if (!(returned! > invoked) || taken[returned!] !== 0) return undefined;
    taken[returned!] = 1;
    returnedAt[index] = returned!;
  }
  return { inOrder: inOrder.subarray(0, count), invoked: invokedAt, returned: returnedAt };
}

function rank(operations: readonly Operation[], meter: Meter): Ranks {
  const invoked = new Int32Array(operations.length);
  const returned = new Int32Array(operations.length).fill(NEVER);
  const inOrder = new Int32Array(operations.length);
  const sorted = events(operations, meter);
  let count = 0;
  for (let at = 0; at < sorted.length; at++) {
    const event = sorted[at]!;
    const index = event >> 1;
    if ((event & 1) === 0) {
      invoked[index] = at;
      inOrder[count++] = index;
    } else {
      returned[index] = at;
    }
  }
  return { inOrder: inOrder.subarray(0, count), invoked, returned };
}

/** Events in order, each as twice its operation's index, plus one where it is a return. */
function events(operations: readonly Operation[], meter: Meter): Int32Array {
  // By code.
  const times = new Float64Array(2 * operations.length);
  const invocations: number[] = [];
  const returns: number[] = [];
  for (let index = 0; index < operations.length; index++) {
    if ((index & STRETCH) === STRETCH) meter.check();
    const { outcome, invoked, returned } = operations[index]!;
    if (outcome === 'rejected') continue;
    times[index * 2] = invoked;
    invocations.push(index * 2);
    if (outcome !== 'ok') continue;
    times[index * 2 + 1] = returned!;
    returns.push(index * 2 + 1);
  }
  // An array's own sort finds what is in order already: mostly all of the invocations, and nearly all of the returns.
  return new Int32Array(
    [...invocations, ...returns].sort(
      meter.watched((a, b) => {
        const [timeA, timeB] = [times[a]!, times[b]!];
        if (timeA !== timeB) return timeA < timeB ? -1 : 1;
        return (a & 1) - (b & 1) || a - b;
      }),
    ),
  );
}
