import type { AnyModel, Key, Model, Operation } from '../../models/model.ts';
import { GaveUp, Meter, sparing, type Limits } from './limits.ts';

/** What {@link checkSequential} answers; `order` and `prefix` are positions in the history. */
export type SequentialVerdict =
  | { readonly verdict: 'pass'; readonly order: readonly number[] }
  | { readonly verdict: 'fail'; readonly prefix: readonly number[] }
  | { readonly verdict: 'unknown'; readonly why: string; readonly prefix: readonly number[] };

type Node = {
  readonly parent: Node | undefined;
  readonly via: number;
  readonly state: unknown;
  readonly at: Int32Array;
};

/**
 * Judges whether a history is sequentially consistent: whether some order of all operations is right
 * by the model and keeps each process's own order, whatever the clock said between processes. Unlike
 * linearizability it does not hold for the whole because it holds for every object, so nothing is
 * split, and there is only the search.
 * @source Lamport, How to Make a Multiprocessor Computer That Correctly Executes Multiprocess Programs, 1979.
 */
export function checkSequential<S, I, O>(
  model: Model<S, I, O>,
  operations: readonly Operation<I, O>[],
  limits: Limits = {},
): SequentialVerdict {
  const meter = new Meter(sparing(limits, operations.length));
  try {
    return new SequentialSearch(model as unknown as AnyModel, operations, meter).run();
  } catch (error) {
    if (error instanceof GaveUp) return { verdict: 'unknown', why: TIME_OVER, prefix: [] };
    return { verdict: 'unknown', why: `the model threw: ${String(error)}`, prefix: [] };
  }
}

const TIME_OVER = 'the time given was over';

class SequentialSearch {
  readonly #model: AnyModel;
  readonly #operations: readonly Operation[];
  readonly #meter: Meter;
  readonly #lanes: readonly (readonly number[])[];
  readonly #needed: number;

  constructor(model: AnyModel, operations: readonly Operation[], meter: Meter) {
    this.#model = model;
    this.#operations = operations;
    this.#meter = meter;
    const lanes = new Map<Key, number[]>();
    const byInvocation = [...operations.keys()]
      .filter((at) => this.#operation(at).outcome !== 'rejected')
      .sort(meter.watched((a, b) => this.#operation(a).invoked - this.#operation(b).invoked));
    for (const at of byInvocation) {
      const { process } = this.#operation(at);
      const lane = lanes.get(process);
      if (lane === undefined) lanes.set(process, [at]);
      else lane.push(at);
    }
    this.#lanes = [...lanes.values()];
    this.#needed = byInvocation.filter((at) => this.#operation(at).outcome === 'ok').length;
  }

  run(): SequentialVerdict {
    const seen = new Set<string>();
    const root = {
      parent: undefined,
      via: -1,
      state: this.#model.init,
      at: new Int32Array(this.#lanes.length),
    };
    let furthest: { node: Node; placed: number } = { node: root, placed: -1 };
    const stack: Node[] = [root];
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      if (this.#meter.over()) return this.#gaveUp(TIME_OVER, furthest.node);
      const settled = this.#settle(node);
      const key = `${settled.at.join()} ${this.#model.key(settled.state)}`;
      if (seen.has(key)) continue;
      seen.add(key);
      this.#meter.bytes += 2 * key.length + 120 + 4 * settled.at.length;
      if (this.#meter.full() !== undefined)
        return this.#gaveUp('the memory given was used up', furthest.node);
      const placed = this.#placed(settled);
      if (placed === this.#needed) return { verdict: 'pass', order: orderOf(settled) };
      if (placed > furthest.placed) furthest = { node: settled, placed };
      for (let lane = this.#lanes.length - 1; lane >= 0; lane--)
        stack.push(...this.#after(settled, lane));
    }
    return { verdict: 'fail', prefix: orderOf(furthest.node) };
  }

  #operation(at: number): Operation {
    return this.#operations[at]!;
  }

  /** Reads that are right now are taken at once: they change nothing. */
  #settle(node: Node): Node {
    let settled = node;
    for (let moved = true; moved;) {
      moved = false;
      for (let lane = 0; lane < this.#lanes.length; lane++) {
        const at = this.#lanes[lane]?.[settled.at[lane]!];
        if (at === undefined || this.#model.readOnly?.(this.#operation(at).input) !== true)
          continue;
        const next = this.#after(settled, lane)[0];
        if (next === undefined) continue;
        settled = next;
        moved = true;
      }
    }
    return settled;
  }

  /** An unknown operation may be left out, and then its process goes on without it. */
  #after(node: Node, lane: number): Node[] {
    const at = this.#lanes[lane]?.[node.at[lane]!];
    if (at === undefined) return [];
    const { input, output, outcome } = this.#operation(at);
    const moved = node.at.slice();
    moved[lane] = moved[lane]! + 1;
    const answer = outcome === 'ok' ? output : undefined;
    const taken = this.#model
      .step(node.state, input, answer)
      .map((state) => ({ parent: node, via: at, state, at: moved }));
    return outcome === 'ok'
      ? taken
      : [...taken, { parent: node, via: -1, state: node.state, at: moved }];
  }

  #placed({ at }: Node): number {
    let placed = 0;
    this.#lanes.forEach((lane, index) => {
      for (const one of lane.slice(0, at[index]))
        if (this.#operation(one).outcome === 'ok') placed += 1;
    });
    return placed;
  }

  #gaveUp(why: string, node: Node): SequentialVerdict {
    return { verdict: 'unknown', why, prefix: orderOf(node) };
  }
}

function orderOf(node: Node): readonly number[] {
  const order: number[] = [];
  for (let at: Node | undefined = node; at !== undefined; at = at.parent)
    if (at.via >= 0) order.push(at.via);
  return order.reverse();
}
