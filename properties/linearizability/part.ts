import type { AnyModel, Key, Operation } from '../../models/model.ts';

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
): readonly Part[] | Malformed {
  const malformed = firstMalformed(operations);
  if (malformed !== undefined) return malformed;
  const ranks = rank(operations);
  const groups = grouped(model, operations, ranks.inOrder);
  const parts: Part[] = [];
  for (const [key, members] of groups) {
    const source = Int32Array.from(members);
    parts.push({
      key,
      source,
      invoked: source.map((index) => ranks.invoked[index]!),
      returned: source.map((index) => ranks.returned[index]!),
    });
  }
  return parts;
}

function firstMalformed(operations: readonly Operation[]): Malformed | undefined {
  for (let index = 0; index < operations.length; index++) {
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
  operations: readonly Operation[],
  inOrder: Int32Array,
): Map<Key | undefined, number[]> {
  const groups = new Map<Key | undefined, number[]>();
  const whole = () => new Map([[undefined, [...inOrder]]]);
  if (inOrder.length === 0) return groups;
  if (model.partition === undefined) return whole();
  for (const index of inOrder) {
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

function rank(operations: readonly Operation[]): Ranks {
  const invoked = new Int32Array(operations.length);
  const returned = new Int32Array(operations.length).fill(NEVER);
  const inOrder: number[] = [];
  let at = 0;
  for (const event of events(operations)) {
    const index = event >> 1;
    if ((event & 1) === 0) {
      invoked[index] = at++;
      inOrder.push(index);
    } else {
      returned[index] = at++;
    }
  }
  return { inOrder: Int32Array.from(inOrder), invoked, returned };
}

/** Events in order, each as twice its operation's index, plus one where it is a return. */
function events(operations: readonly Operation[]): Int32Array {
  // Positions in a file are small integers, no two alike: each event has its place at once.
  const places = new Int32Array(4 * operations.length + 64);
  const times: number[] = [];
  const codes: number[] = [];
  let crowded = 0;
  const add = (time: number, code: number) => {
    times.push(time);
    codes.push(code);
    // Only small integers are places: of anything else, nothing is there.
    if (places[time] === 0) places[time] = code + 1;
    else crowded += 1;
  };
  for (let index = 0; index < operations.length; index++) {
    const { outcome, invoked, returned } = operations[index]!;
    if (outcome === 'rejected') continue;
    add(invoked, index * 2);
    if (outcome === 'ok') add(returned!, index * 2 + 1);
  }
  if (crowded > 0) return byComparison(times, codes);
  const sorted = new Int32Array(times.length);
  let filled = 0;
  for (const place of places) if (place !== 0) sorted[filled++] = place - 1;
  return sorted;
}

function byComparison(times: number[], codes: number[]): Int32Array {
  const order = Int32Array.from(times.keys());
  order.sort((a, b) => {
    const [timeA, timeB] = [times[a]!, times[b]!];
    if (timeA !== timeB) return timeA < timeB ? -1 : 1;
    return (codes[a]! & 1) - (codes[b]! & 1) || a - b;
  });
  return order.map((at) => codes[at]!);
}
